import assert from 'node:assert/strict';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { encodeHubMessage, HUB_VERSION } from '../../src/emulator/can/hubMessages';
import { encodeFrame, FrameDecoder } from '../../src/protocol/frame';
import {
  type Access,
  accessedValues,
  accessPayload,
  beginAccesses,
  CAN,
  extended,
  requestAccesses,
} from '../support/canProbe';
import { probeImage } from '../support/emulator';
import { Bench, buildCli, type Vesc } from './vesc';

const SENT = 3;

interface Emulated {
  readonly vesc: Vesc;
  readonly access: (...accesses: readonly Access[]) => Promise<number[]>;
}

/** Several processes, one bus. */
describe('vesc emulate --can', () => {
  let bench: Bench;
  let image: string;

  before(function () {
    // The emulator's core may have to be compiled.
    this.timeout(120_000);
    buildCli();
    bench = new Bench();
    image = bench.file('probe.bin', probeImage());
  });
  after(() => bench.dispose());

  async function emulate(bus: number, role: string): Promise<Emulated> {
    const vesc = bench.start(['emulate', image, '--json', '--tcp', '0', '--can', `${bus}`]);
    const [line] = await vesc.printed(/^.*"type":"listening".*$/m);
    const said = JSON.parse((await vesc.printed(/^.*"type":"canBus".*$/m))[0]) as { role: string };
    assert.equal(said.role, role);
    const { port } = JSON.parse(line) as { port: number };
    return { vesc, access: (...accesses) => ask(port, accesses) };
  }

  /** Asks until the program has started and answers. */
  function ask(port: number, accesses: readonly Access[]): Promise<number[]> {
    return new Promise((resolve, reject) => {
      const decoder = new FrameDecoder();
      const socket = connect(port, '127.0.0.1', () => socket.write(encodeFrame(Uint8Array.of(0))));
      const again = setInterval(() => socket.write(encodeFrame(Uint8Array.of(0))), 300);
      socket.once('close', () => clearInterval(again));
      socket.on('error', reject);
      socket.on('data', (bytes) => {
        for (const [kind, ...rest] of decoder.push(bytes)) {
          if (kind === 0) {
            clearInterval(again);
            socket.write(encodeFrame(Uint8Array.from(accessPayload(accesses))));
          } else if (kind === 0xf1) {
            resolve(accessedValues(Uint8Array.of(kind, ...rest)));
            socket.destroy();
          }
        }
      });
    });
  }

  /** Reads a register again and again until it has a value. */
  async function until({ access }: Emulated, offset: number, mask: number, value: number): Promise<void> {
    for (;;) {
      const [read] = await access([offset]);
      if ((read! & mask) === value) return;
    }
  }

  /** A frame from one to the other, acknowledged and received. */
  async function exchange(from: Emulated, to: Emulated, id: number): Promise<void> {
    await from.access(...requestAccesses(0, extended(id)));
    await until(from, CAN.tsr, 0xff, SENT);
    await until(to, CAN.rf0r, 3, 1);
    const [received] = await to.access([CAN.ri0r], [CAN.rf0r, 0x20]);
    assert.equal(received, extended(id));
  }

  it('connects processes; when the one that opened the bus leaves, another keeps it open', async function () {
    this.timeout(120_000);
    const port = await freePort();
    const first = await emulate(port, 'opened');
    const second = await emulate(port, 'joined');
    for (const each of [first, second]) await each.access(...beginAccesses());
    await exchange(first, second, 0x111);
    await exchange(second, first, 0x222);

    first.vesc.kill('SIGINT');
    assert.equal((await first.vesc.ended).status, 0);
    await second.vesc.printed(/"type":"canBus".*"role":"opened"/);
    await second.access(...requestAccesses(0, extended(0x333)));
    const [alone] = await second.access([CAN.tsr]);
    assert.equal(alone! & 0xff, 0, 'nobody is there to acknowledge it');
    const third = await emulate(port, 'joined');
    await third.access(...beginAccesses());
    await until(third, CAN.rf0r, 3, 1);
    await until(second, CAN.tsr, 0xff, SENT);
  });

  it('gives each controller on a bus a UUID of its own, though they run the same image', async () => {
    const port = await freePort();
    const uuids: string[] = [];
    for (const role of ['opened', 'joined']) {
      const { vesc } = await emulate(port, role);
      uuids.push(/"uuid":"([0-9a-f]{24})"/.exec(vesc.stdout)![1]!);
    }
    assert.notEqual(uuids[0], uuids[1]);
    const run = await bench.run(['emulate', image, '--json', '--can', `${port}`, '--uuid', uuids[0]!]);
    assert.deepEqual([run.status, run.error.code], [2, 'usage']);
    assert.ok(JSON.stringify(run.error).includes(uuids[0]!));
  });

  describe('says what is wrong', () => {
    let server: Server;
    afterEach(() => server.close());

    /** Something that listens and is no bus of this program. */
    function occupy(onConnection: (socket: Socket) => void): Promise<number> {
      server = createServer((socket) => {
        socket.on('error', () => {});
        onConnection(socket);
      });
      return new Promise((resolve) =>
        server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
      );
    }

    for (const [what, onConnection, code] of [
      ['another program listens there, and talks', (socket) => socket.write('SSH-2.0-x\r\n'), 'no-can-bus'],
      ['another program listens there, and hangs up', (socket) => socket.destroy(), 'no-can-bus'],
      ['another program listens there, and says nothing', () => {}, 'no-can-bus'],
      [
        'the bus is that of another version',
        (socket) => {
          socket.write(encodeHubMessage({ kind: 'welcome', version: HUB_VERSION + 1, uuids: [] }));
        },
        'can-bus-version',
      ],
    ] as readonly (readonly [string, (socket: Socket) => void, string])[]) {
      it(`when ${what}`, async () => {
        const port = await occupy(onConnection);
        const run = await bench.run(['emulate', image, '--json', '--can', `${port}`]);
        assert.deepEqual([run.status, run.error.code], [3, code]);
        assert.ok(JSON.stringify(run.error).includes(`127.0.0.1:${port}`));
      });
    }

    it('when the bus is on a computer that does not keep one open', async () => {
      const port = await occupy(() => {});
      // No address of this computer, and never one of another: it cannot be joined, and not be opened either.
      const run = await bench.run(['emulate', image, '--json', '--can', `255.255.255.255:${port}`]);
      assert.deepEqual([run.status, run.error.code], [3, 'can-bus-unavailable']);
    });

    for (const bus of ['bus', '0', '70000', 'host:', ':5555', 'tcp://localhost:5555']) {
      it(`when ${bus} is no bus`, async () => {
        await occupy(() => {});
        const run = await bench.run(['emulate', image, '--json', '--can', bus]);
        assert.deepEqual([run.status, run.error.code], [2, 'usage']);
      });
    }
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
