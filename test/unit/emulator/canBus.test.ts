import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { Emitter } from '../../../src/base/emitter';
import { CanBus, type CanNode, type CanReport } from '../../../src/emulator/can/bus';
import { CanPort } from '../../../src/emulator/can/port';
import { CAN, CanProbe, extended } from '../../support/canProbe';
import { encodeFrame } from '../../../src/protocol/frame';
import { emulatorModule, PROBE } from '../../support/emulator';
import { VirtualClock } from '../../support/virtualClock';

const ABOM = 1 << 6;
const SLICE_NS = 2_000_000n;

/** A chip at a bus, without thread and without pace: a test says when it runs. */
class BusChip implements CanNode {
  isReady = true;
  /** False: its process is stopped. */
  isRunning = true;
  /** How often it was granted time. */
  grants = 0;
  private readonly readiness = new Emitter<boolean>();
  private readonly reports = new Emitter<CanReport>();
  private readonly gone = new Emitter<void>();
  private readonly waiting: (() => void)[] = [];
  private readonly port: CanPort;
  readonly onReady = this.readiness.event;
  readonly onReport = this.reports.event;
  readonly onGone = this.gone.event;

  constructor(
    readonly uuid: string,
    readonly can: CanProbe,
  ) {
    this.port = new CanPort(can.core, (report) => this.reports.fire(report));
  }

  attach(epoch: number | undefined): void {
    this.handle(() => this.port.attach(epoch));
  }

  grant(until_ns: number, records: Uint8Array): void {
    this.grants++;
    this.handle(() => this.port.grant(until_ns, records));
  }

  /** One slice, if it may. */
  slice(): void {
    for (const action of this.waiting.splice(0)) action();
    if (!this.port.mayRun) return;
    this.can.core.run(this.port.limit(this.can.core.now_ns + SLICE_NS));
    this.port.report();
  }

  /** A debugger halts it, or lets it go on. */
  setReady(isReady: boolean): void {
    this.isReady = isReady;
    this.isRunning = isReady;
    if (!isReady) this.port.attach(undefined);
    this.readiness.fire(isReady);
  }

  leave(): void {
    this.gone.fire();
  }

  /** What a process that is stopped is told, it does later. */
  private handle(action: () => void): void {
    if (this.isRunning) action();
    else this.waiting.push(action);
  }
}

describe('A CAN bus', () => {
  let clock: VirtualClock;
  let bus: CanBus;
  let chips: BusChip[];

  before(async function () {
    this.timeout(120_000);
    await emulatorModule();
  });

  beforeEach(() => {
    clock = new VirtualClock();
    bus = new CanBus(clock);
    chips = [];
  });
  afterEach(() => bus.dispose());

  /** A chip whose CAN controller takes part, not yet connected. When its program is asked something, all run. */
  async function chip(): Promise<BusChip> {
    const can = await CanProbe.start();
    can.begin(ABOM);
    const made = new BusChip(`0${chips.length}`.repeat(12), can);
    can.probe.run = (duration_ms) => pass(duration_ms, made);
    chips.push(made);
    return made;
  }

  async function connected(count: number): Promise<BusChip[]> {
    for (let index = 0; index < count; index++) bus.join(await chip());
    return chips;
  }

  /** Lets everybody run, for so long in the time of `who`. */
  function pass(duration_ms: number, who = chips[0]!): void {
    const { core } = who.can;
    const end = core.now_ns + BigInt(Math.round(duration_ms * 1e6));
    for (let tries = 0; core.now_ns < end; tries++) {
      assert.ok(tries < 10_000, 'nobody comes on');
      for (const each of chips) if (each.isRunning) each.slice();
    }
  }

  /** Takes out what lies in FIFO 0: the identifiers. */
  function received({ can }: BusChip): number[] {
    const ids: number[] = [];
    while ((can.read(CAN.rf0r) & 3) !== 0) ids.push(can.access([CAN.ri0r], [CAN.rf0r, 0x20])[0]! >>> 3);
    return ids;
  }

  it('brings frames from each to all others, and says that they were sent', async () => {
    const [a, b, c] = (await connected(3)) as [BusChip, BusChip, BusChip];
    a.can.request(0, extended(0xa));
    b.can.request(0, extended(0xb));
    pass(5);
    assert.deepEqual([a, b, c].map(received), [[0xb], [0xa], [0xa, 0xb]]);
    assert.deepEqual(
      [a, b].map(({ can }) => can.read(CAN.tsr) & 0xff),
      [3, 3],
    );
  });

  it('does the same again for the same: time, memory and instructions', async () => {
    const run = async (): Promise<string[]> => {
      bus = new CanBus(clock);
      chips = [];
      const [a, b] = (await connected(2)) as [BusChip, BusChip];
      for (let id = 0; id < 5; id++) {
        a.can.request(id % 3, extended(id));
        b.can.request(id % 3, extended(0x100 + id));
        assert.deepEqual(received(b), [id]);
      }
      return chips.map(({ can: { core } }) => {
        const memory = createHash('sha256').update(core.sram).digest('hex');
        return `${core.now_ns} ${core.instructions} ${memory}`;
      });
    };
    assert.deepEqual(await run(), await run());
  });

  it('lets one that is alone run freely, and acknowledges nothing there', async () => {
    const [a] = (await connected(1)) as [BusChip];
    a.can.request(0, extended(1));
    pass(5);
    assert.equal(a.grants, 0);
    assert.equal(a.can.read(CAN.tsr) & 0xff, 0);
    // The next to come gets what waited.
    bus.join(await chip());
    pass(10);
    assert.equal(a.can.read(CAN.tsr) & 0xff, 3);
    assert.deepEqual(received(chips[1]!), [1]);
    chips.pop()!.leave();
    a.can.request(0, extended(2));
    pass(5);
    assert.equal(a.can.read(CAN.tsr) & 0xff, 0);
  });

  it('loses no frame of one that is slow, or to it: the others wait', async () => {
    const [a, b] = (await connected(2)) as [BusChip, BusChip];
    let turn = 0;
    const slice = b.slice.bind(b);
    b.slice = () => turn++ % 7 === 0 && slice();
    for (let id = 0; id < 6; id++) {
      a.can.request(0, extended(id));
      b.can.request(0, extended(0x10 + id));
      pass(2);
      assert.deepEqual([a, b].map(received), [[0x10 + id], [id]]);
    }
  });

  it('goes on without one that a debugger holds: it neither answers nor acknowledges', async () => {
    const [a, b] = (await connected(2)) as [BusChip, BusChip];
    pass(5);
    b.setReady(false);
    const halted_ns = b.can.core.now_ns;
    a.can.request(0, extended(1));
    pass(20);
    assert.equal(a.can.read(CAN.tsr) & 0xff, 0);
    assert.equal(b.can.core.now_ns, halted_ns);
    b.setReady(true);
    pass(5);
    assert.equal(a.can.read(CAN.tsr) & 0xff, 3);
    assert.deepEqual(received(b), [1]);
  });

  it('goes on without one that does not come on, until it does', async () => {
    const [a, b, c] = (await connected(3)) as [BusChip, BusChip, BusChip];
    pass(5);
    b.isRunning = false;
    assert.throws(() => pass(50), /nobody comes on/);
    await clock.advance(5000);
    await clock.advance(5000);
    a.can.request(0, extended(1));
    pass(5);
    assert.deepEqual(received(c), [1]);
    b.isRunning = true;
    b.slice();
    a.can.request(0, extended(2));
    pass(5);
    assert.deepEqual(received(b), [2]);
  });

  it('goes on while the flash of one is busy: its controller hears and acknowledges, as far as it has room', async () => {
    const [a, b] = (await connected(2)) as [BusChip, BusChip];
    b.can.core.put('uartIn', encodeFrame(Uint8Array.of(0xf0, PROBE.flash)));
    pass(20);
    assert.equal(b.can.core.erases, 1);
    for (let id = 1; id <= 4; id++) {
      a.can.request(0, extended(id));
      assert.equal(a.can.read(CAN.tsr) & 0xff, 3);
    }
    assert.ok(a.can.core.now_ns < b.can.core.now_ns, 'the erase is not over yet');
    pass(1200);
    b.can.core.take('uartOut');
    assert.equal(b.can.read(CAN.rf0r), 3 | 8 | 16);
    assert.deepEqual(received(b), [1, 2, 4]);
  });

  it('is looked at more often while it is in use', async () => {
    const [a] = (await connected(2)) as [BusChip, BusChip];
    pass(100);
    const idle = a.grants;
    a.can.request(0, extended(1));
    const before = a.grants;
    pass(20);
    assert.ok(idle <= 52, `${idle}`);
    assert.ok(a.grants - before >= 35, `${a.grants - before}`);
  });
});
