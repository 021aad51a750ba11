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

  it('lets its controllers run on alone when the process that keeps it open stands still, and says so', async () => {
    const heard = new Emitter<HubMessage['kind']>();
    server.on('connection', (socket: Socket) => {
      // The second connection finds it standing still.
      if (sockets.length > 1) return;
      const decoder = new HubDecoder();
      const say = (message: HubMessage): void => void socket.write(encodeHubMessage(message));
      socket.on('data', (bytes) => {
        for (const { kind } of decoder.push(bytes)) {
          if (kind === 'hello') say({ kind: 'welcome', version: HUB_VERSION, uuids: [] });
          if (kind === 'join') say({ kind: 'joined' });
          if (kind === 'ready') say({ kind: 'attach', epoch: 1 });
          heard.fire(kind);
        }
      });
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
