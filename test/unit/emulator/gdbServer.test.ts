import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { VescError } from '../../../src/base/errors';
import { EmulatedController } from '../../../src/emulator/emulatedController';
import { composeFlash } from '../../../src/emulator/emulatedFlash';
import { type GdbServer, serveGdb } from '../../../src/emulator/gdbServer';
import { Session } from '../../../src/links/session';
import { fwVersion } from '../../../src/protocol/messages/identity';
import { emulatorModule, localChannel, probeImage } from '../../support/emulator';
import { VirtualClock } from '../../support/virtualClock';

/** The vector of USART3's interrupt, 39. */
const UART_VECTOR = 0x0800_0000 + 4 * (16 + 39);
/** The vector of SysTick. */
const TICK_VECTOR = 0x0800_0000 + 4 * 15;

/** A debugger that speaks the remote protocol by hand. */
class RemoteDebugger {
  private text = '';
  private wake: () => void = () => {};
  readonly closed: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    this.closed = once(socket, 'close');
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      this.text += bytes.toString('latin1');
      this.wake();
    });
  }

  static async attach(port: number): Promise<RemoteDebugger> {
    const attached = new RemoteDebugger(connect(port, '127.0.0.1'));
    await once(attached.socket, 'connect');
    return attached;
  }

  send(packet: string): void {
    let sum = 0;
    for (const letter of packet) sum = (sum + letter.charCodeAt(0)) & 0xff;
    this.socket.write(`$${packet}#${sum.toString(16).padStart(2, '0')}`);
  }

  /** The next packet that comes, acknowledgements passed over. */
  async packet(): Promise<string> {
    for (;;) {
      const match = /^[-+]*\$([^#]*)#..(.*)$/s.exec(this.text);
      if (match) {
        this.text = match[2]!;
        return match[1]!;
      }
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  ask(packet: string): Promise<string> {
    this.send(packet);
    return this.packet();
  }
}

describe('The server for GDB', () => {
  let clock: VirtualClock;
  let controller: EmulatedController;
  let channel: ReturnType<typeof localChannel>;
  let server: GdbServer;
  let resets: number;

  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    await emulatorModule();
  });

  beforeEach(async () => {
    clock = new VirtualClock();
    const module = await emulatorModule();
    const flash = composeFlash({ app: { bytes: probeImage(), name: 'probe.bin' } });
    const uniqueId = new Uint8Array(12).fill(7);
    const given = { speed: 1, instantFlash: true, uart: 0, overrides: [] };
    channel = localChannel({ module, flash, uniqueId, ...given }, clock);
    controller = new EmulatedController(channel, flash, clock, '07'.repeat(12));
    resets = 0;
    controller.onEvent(({ kind }) => void (kind === 'reset' && resets++));
    for (let tries = 0; !controller.isEnumerated && tries < 50; tries++) await clock.advance(20);
    server = await serveGdb(controller, 0);
  });

  afterEach(() => {
    server.dispose();
    controller.dispose();
  });

  /** Lets time run until `work` is over, which also needs the network. */
  async function running<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const done = (): void => void (over = true);
    work.then(done, done);
    while (!over) await clock.advance(1);
    return work;
  }

  function session(): Session {
    return new Session(controller.connect({ kind: 'emulated', name: 'probe.bin' }), clock);
  }

  async function word(gdb: RemoteDebugger, address: number): Promise<number> {
    return Buffer.from(await gdb.ask(`m${address.toString(16)},4`), 'hex').readUInt32LE();
  }

  it('stops the program when a debugger comes: its time stands still, and its watchdog with it', async () => {
    const gdb = await RemoteDebugger.attach(server.port);
    assert.equal(await gdb.ask('?'), 'S05');
    const registers = await gdb.ask('g');
    // The watchdog's period is 100 ms.
    await clock.advance(5000);
    assert.equal(await gdb.ask('g'), registers);
    assert.equal(resets, 0);
    // Nobody waits longer for the program than for the debugger.
    const asking = session().request(fwVersion(), { timeout_ms: 20_000 });
    await gdb.ask('D');
    assert.equal((await running(asking)).hardware, 'probe');
    assert.equal(resets, 0);
  });

  it('runs to a breakpoint, steps on and lets the program answer whoever waits', async () => {
    const gdb = await RemoteDebugger.attach(server.port);
    const handler = ((await word(gdb, TICK_VECTOR)) & ~1).toString(16);
    assert.equal(await gdb.ask(`Z0,${handler},2`), 'OK');
    gdb.send('vCont;c');
    assert.equal(await running(gdb.packet()), 'S05');
    const pc = async (): Promise<string> =>
      Buffer.from(await gdb.ask('pf'), 'hex')
        .readUInt32LE()
        .toString(16);
    assert.equal(await pc(), handler);
    assert.equal(await gdb.ask('vCont;s'), 'S05');
    assert.notEqual(await pc(), handler);
    assert.equal(await gdb.ask(`z0,${handler},2`), 'OK');
    const asking = session().request(fwVersion());
    gdb.send('c');
    assert.equal((await running(asking)).hardware, 'probe');
  });

  it('stops it again on Ctrl+C, wherever it is', async () => {
    const gdb = await RemoteDebugger.attach(server.port);
    gdb.send('c');
    await running(once(gdb.socket, 'data'));
    gdb.socket.write('\x03');
    assert.equal(await running(gdb.packet()), 'S02');
  });

  it('changes memory and registers', async () => {
    const gdb = await RemoteDebugger.attach(server.port);
    assert.equal(await gdb.ask('M20015000,4:78563412'), 'OK');
    assert.equal(await word(gdb, 0x2001_5000), 0x1234_5678);
    assert.equal(await gdb.ask('P4=efbeadde'), 'OK');
    assert.equal(await gdb.ask('p4'), 'efbeadde');
  });

  it('changes the flash for good: its host keeps it', async () => {
    const gdb = await RemoteDebugger.attach(server.port);
    assert.equal(await gdb.ask('M80a0000,4:11223344'), 'OK');
    await controller.flash.settle();
    assert.deepEqual([...controller.flash.content.subarray(0xa_0000, 0xa_0004)], [0x11, 0x22, 0x33, 0x44]);
  });

  it('starts the program over for "monitor reset", and drops it from USB', async () => {
    const gdb = await RemoteDebugger.attach(server.port);
    assert.equal(await gdb.ask(`qRcmd,${Buffer.from('reset').toString('hex')}`), 'OK');
    gdb.send('c');
    await running(once(gdb.socket, 'data'));
    while (resets === 0) await clock.advance(5);
    assert.ok(!controller.isEnumerated);
  });

  it('has one debugger at a time; what it left behind is gone with it, and the next is welcome', async () => {
    const first = await RemoteDebugger.attach(server.port);
    const handler = ((await word(first, UART_VECTOR)) & ~1).toString(16);
    await first.ask(`Z1,${handler},2`);
    const second = await RemoteDebugger.attach(server.port);
    await second.closed;
    // It goes without a word, as when its computer is switched off.
    first.socket.destroy();
    await first.closed;
    assert.equal((await running(session().request(fwVersion(), { attempts: 20 }))).hardware, 'probe');
    const third = await RemoteDebugger.attach(server.port);
    assert.equal(await third.ask('?'), 'S05');
  });

  it('survives what is no packet, and asks again for one that was damaged', async () => {
    const gdb = await RemoteDebugger.attach(server.port);
    gdb.socket.write('GET / HTTP/1.1\r\n\r\n');
    gdb.socket.write(`$${'m'.repeat(100_000)}`);
    gdb.socket.write('#zz$g#00');
    assert.equal(await gdb.ask('?'), 'S05');
    for (const packet of ['mzz,4', 'm,', 'p', 'p99', 'P99=00000000', 'P4=', 'Z0,,2']) {
      assert.equal(await gdb.ask(packet), 'E01', packet);
    }
  });

  it('says so when its port is taken', async () => {
    await assert.rejects(serveGdb(controller, server.port), (error) => {
      assert.ok(error instanceof VescError);
      assert.equal(error.code, 'cannot-listen');
      assert.match(error.happened, /another program listens there/);
      assert.doesNotMatch(error.message, /simulated|EADDRINUSE|--tcp/);
      return true;
    });
  });

  it('hangs up when there is no emulation any more', async () => {
    const gdb = await RemoteDebugger.attach(server.port);
    assert.equal(await gdb.ask('?'), 'S05');
    channel.fail('out of memory');
    await gdb.closed;
  });
});
