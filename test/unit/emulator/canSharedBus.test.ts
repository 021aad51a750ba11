import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Emitter } from '../../../src/base/emitter';
import type { CanNode, CanReport } from '../../../src/emulator/can/bus';
import {
  encodeHubMessage,
  HUB_VERSION,
  HubDecoder,
  type HubMessage,
} from '../../../src/emulator/can/hubMessages';
import { type BusRole, SharedCanBus } from '../../../src/emulator/can/sharedBus';
import { VirtualClock } from '../../support/virtualClock';

const UUIDS = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(24));

/** The first of {@link UUIDS} that is free. */
function firstFree(taken: readonly string[]): string {
  return UUIDS.find((uuid) => !taken.includes(uuid))!;
}

/** A controller that notes what its bus does to it. */
class FakeNode implements CanNode {
  readonly isReady = true;
  readonly attached: (number | undefined)[] = [];
  readonly reports = new Emitter<CanReport>();
  private readonly never = new Emitter<never>();
  readonly onReady = this.never.event;
  readonly onReport = this.reports.event;
  readonly onGone = this.never.event;

  constructor(readonly uuid: string) {}

  attach(epoch: number | undefined): void {
    this.attached.push(epoch);
  }

  grant(): void {}
}

describe('A CAN bus of several processes', () => {
  let clock: VirtualClock;
  let server: Server;
  let port: number;
  let sockets: Socket[];
  const buses: SharedCanBus[] = [];

  beforeEach(async () => {
    clock = new VirtualClock();
    sockets = [];
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(() => {
    for (const bus of buses.splice(0)) bus.dispose();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  async function open(): Promise<SharedCanBus> {
    const bus = await SharedCanBus.open({ host: '127.0.0.1', port }, clock);
    buses.push(bus);
    return bus;
  }

  it('gives no UUID twice, though all have heard of the same ones when they came', async () => {
    server.close();
    const opened = await open();
    const joined = [await open(), await open()];
    assert.deepEqual(
      [opened, ...joined].map(({ role }) => role),
      ['opened', 'joined', 'joined'],
    );
    const claims = await Promise.all([opened, ...joined].map((bus) => bus.claim(firstFree)));
    assert.deepEqual(claims.sort(), UUIDS.slice(0, 3));
    await assert.rejects(
      (await open()).claim((taken) => {
        assert.deepEqual([...taken].sort(), UUIDS.slice(0, 3));
        throw new Error('none is free');
      }),
      { message: 'none is free' },
    );
  });

  /** The first connection finds a hub that takes everybody, and then does what `react` says; the next find nobody. */
  function keepOpen(
    react: (kind: HubMessage['kind'], say: (bytes: Uint8Array) => void) => void,
  ): Emitter<HubMessage['kind']> {
    const heard = new Emitter<HubMessage['kind']>();
    server.on('connection', (socket: Socket) => {
      if (sockets.length > 1) return;
      const decoder = new HubDecoder();
      const say = (bytes: Uint8Array): void => void socket.write(bytes);
      socket.on('data', (bytes) => {
        for (const { kind } of decoder.push(bytes)) {
          if (kind === 'hello') say(encodeHubMessage({ kind: 'welcome', version: HUB_VERSION, uuids: [] }));
          if (kind === 'join') say(encodeHubMessage({ kind: 'joined' }));
          react(kind, say);
          heard.fire(kind);
        }
      });
    });
    return heard;
  }

  it('is lost when what keeps it open talks nonsense, and that is not asked again', async () => {
    keepOpen((kind, say) => kind === 'ready' && say(Buffer.from('GET / HTTP/1.1')));
    const bus = await open();
    const roles: BusRole[] = [];
    bus.onRole((role) => roles.push(role));
    const node = new FakeNode(await bus.claim(firstFree));
    bus.join(node);
    await until(() => roles.length > 0);
    assert.deepEqual(roles, ['lost']);
    assert.deepEqual(node.attached, [undefined]);
    assert.equal(sockets.length, 1);
  });

  it('lets its controllers run on alone when the process that keeps it open stands still, and says so', async () => {
    const heard = keepOpen((kind, say) => {
      if (kind === 'ready') say(encodeHubMessage({ kind: 'attach', epoch: 1 }));
    });
    const bus = await open();
    const roles: BusRole[] = [];
    bus.onRole((role) => roles.push(role));
    const node = new FakeNode(await bus.claim(firstFree));
    bus.join(node);
    await until(() => node.attached.length > 0);
    const reported = new Promise<void>((resolve) => heard.event((kind) => kind === 'report' && resolve()));
    node.reports.fire({ epoch: 1, time_ns: 0, records: new Uint8Array() });
    await reported;
    await clock.advance(10_000);
    assert.deepEqual(node.attached, [1], 'another member may be what it waits for');
    await clock.advance(10_000);
    await until(() => node.attached.length > 1);
    assert.deepEqual(node.attached, [1, undefined]);
    await until(() => sockets.length > 1);
    // Its patience begins when it is connected.
    await until(async () => {
      await clock.advance(1000);
      return roles.length > 0;
    });
    assert.deepEqual(roles, ['lost']);
  });
});

/** Waits for what the network brings. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}
