import { strict as assert } from 'node:assert';
import { BIT_TIMING, CAN, CanProbe, extended, standard, TXOK } from '../../support/canProbe';
import { emulatorModule } from '../../support/emulator';

const NART = 1 << 4;
const TXFP = 1 << 2;
const RFLM = 1 << 3;
const ABOM = 1 << 6;
const LOOPED = (BIT_TIMING | (1 << 30)) >>> 0;
const ABRQ = 0x80;
const EMPTY = 7 << 26;

/** bxCAN (RM0090, 32), driven by a program that writes its registers. */
describe('The CAN controller of the chip', () => {
  let can: CanProbe;

  before(async function () {
    this.timeout(120_000);
    await emulatorModule();
  });

  beforeEach(async () => {
    can = await CanProbe.start();
  });

  it('sleeps after a reset, and acknowledges initialisation and sleep', () => {
    assert.equal(can.read(CAN.msr), 0xc02);
    const [, initialising, , asleep, , , neither] = can.access(
      ...([[CAN.mcr, 1], [CAN.msr], [CAN.mcr, 2], [CAN.msr], [CAN.mcr, 0], [CAN.ier], [CAN.msr]] as const),
    );
    assert.deepEqual([initialising! & 3, asleep! & 3, neither! & 3], [1, 2, 0]);
  });

  it('takes a bit timing only while it is being initialised', () => {
    can.access([CAN.mcr, 1], [CAN.btr, BIT_TIMING], [CAN.mcr, 0], [CAN.btr, 1]);
    assert.equal(can.read(CAN.btr), BIT_TIMING);
  });

  describe('alone on its bus', () => {
    it('sends the same frame again and again: nobody acknowledges it, and it does not count as sent', () => {
      can.begin();
      can.request(0, extended(0x123));
      can.probe.run(50);
      const [tsr, esr, tir] = can.access([CAN.tsr], [CAN.esr], [CAN.ti0r]);
      assert.equal(tsr! & 0xff, 0, 'neither done nor failed');
      assert.equal((tsr! >>> 26) & 7, 6, 'the mailbox is not empty');
      assert.equal(tir! & 1, 1);
      assert.equal((esr! >>> 4) & 7, 3, 'acknowledgement error');
      assert.equal((esr! >>> 16) & 0xff, 128, 'counts to error passive and no further');
      assert.equal(esr! & 7, 3, 'warning and passive, but not off the bus');
    });

    it('tries at the pace of its bit rate and the length of the frame', () => {
      // Twelve failures are a warning. At 10 kbit/s a try has 53 bits of 100 µs, and 64 more with eight bytes of data.
      for (const [length, expected_ms] of [
        [0, 63.6],
        [8, 140.4],
      ] as const) {
        can.core.reset('software');
        can.probe.run(5);
        can.begin(0, 0x001a_012b);
        can.request(0, standard(0x7ff), length);
        let at_ms = 0;
        for (; (can.core.readByte(0x4000_6418)! & 1) === 0 && at_ms < 500; at_ms += 0.5) can.probe.run(0.5);
        // Until the probe answers that it has put the frame in, some of the time has passed.
        assert.ok(at_ms < expected_ms && at_ms > expected_ms - 5, `${length}: ${at_ms}`);
      }
    });

    it('gives up at once when it is told to try once only', () => {
      can.begin(NART);
      can.request(1, extended(1));
      can.probe.run(2);
      assert.equal(can.read(CAN.tsr), (EMPTY | (0x09 << 8)) >>> 0, 'request completed, transmission error');
    });

    it('takes a request back when it is asked to', () => {
      can.begin();
      can.request(0, extended(1));
      can.request(1, extended(2));
      can.access([CAN.tsr, ABRQ | (ABRQ << 8)]);
      can.probe.run(2);
      assert.equal(can.read(CAN.tsr) & (EMPTY | 0x0303), EMPTY | 0x0101, 'completed, but not sent');
    });

    it('hears itself in loop-back mode, and needs nobody for that', () => {
      can.begin(0, LOOPED);
      can.request(0, extended(0x1234), 5);
      can.probe.run(2);
      const values = can.access(
        ...([
          [CAN.tsr],
          [CAN.rf0r],
          [CAN.ri0r],
          [CAN.ri0r + 4],
          [CAN.ri0r + 8],
          [CAN.ri0r + 12],
          [CAN.esr],
        ] as const),
      );
      assert.deepEqual(values.slice(1), [1, extended(0x1234), 5, 0x1122_3344, 0x5566_7788, 0]);
      assert.equal(values[0]! & 0xff, 1 | TXOK);
    });

    it('sends what has the lowest identifier first, or what was asked for first', () => {
      for (const [mcr, order] of [
        [0, [0x10, 0x20, 0x30]],
        [TXFP, [0x30, 0x10, 0x20]],
      ] as const) {
        can.begin(mcr | 1, LOOPED);
        for (const [mailbox, id] of [0x30, 0x10, 0x20].entries()) can.request(mailbox, extended(id));
        const [full] = can.access([CAN.tsr], [CAN.mcr, mcr]);
        assert.equal((full! >>> 26) & 7, 0, 'no mailbox is empty');
        assert.equal((full! >>> 24) & 3, mcr === 0 ? 0 : 2, 'the one that goes last');
        assert.equal(full! >>> 29, mcr === 0 ? 1 : 4);
        can.probe.run(3);
        const heard = order.map(() => can.access([CAN.ri0r], [CAN.rf0r, 0x20])[0]);
        assert.deepEqual(heard, order.map(extended));
      }
    });
  });

  describe('with others on its bus', () => {
    beforeEach(() => can.core.attachCan(true));

    it('tells the bus how it takes part, what it wants to send, and when', () => {
      can.begin(TXFP);
      const modes = can.told();
      assert.deepEqual(modes.at(-1), {
        kind: 'mode',
        at_ns: modes.at(-1)!.at_ns,
        mode: {
          takesPart: true,
          isSilent: false,
          isPassive: false,
          inOrder: true,
          once: false,
          bitClocks: 84,
        },
      });
      const from_ns = Number(can.core.now_ns);
      can.request(2, extended(0x321), 6);
      const [request] = can.told();
      assert.ok(request!.at_ns > from_ns && request!.at_ns < Number(can.core.now_ns));
      assert.deepEqual(request, {
        kind: 'request',
        at_ns: request!.at_ns,
        mailbox: 2,
        sequence: 1,
        frame: { identifier: extended(0x321), length: 6, low: 0x1122_3344, high: 0x5566_7788 },
      });
    });

    it('has sent when the bus says so, and raises its interrupt', () => {
      can.begin();
      can.access([CAN.ier, 1]);
      can.interrupts();
      can.request(0, extended(1));
      assert.equal(can.read(CAN.tsr) & 1, 0);
      can.hear({ kind: 'sent', mailbox: 0, sequence: 1 });
      assert.equal(can.read(CAN.tsr), (EMPTY | 3) >>> 0);
      assert.deepEqual(can.interrupts(), [1, 0, 0, 0]);
      can.access([CAN.tsr, 1]);
      assert.equal(can.read(CAN.tsr), EMPTY);
    });

    it('does not take the answer to an earlier request for that to a later one', () => {
      can.begin();
      can.request(0, extended(1));
      can.hear({ kind: 'sent', mailbox: 0, sequence: 1 });
      can.request(0, extended(2));
      can.hear({ kind: 'sent', mailbox: 0, sequence: 1 });
      assert.equal(can.read(CAN.ti0r) & 1, 1);
    });

    it('leaves a pending mailbox alone, whatever is written to it', () => {
      can.begin();
      can.request(0, extended(1));
      can.access([CAN.ti0r, extended(2)], [CAN.ti0r + 8, 0]);
      assert.deepEqual(can.access([CAN.ti0r], [CAN.ti0r + 8]), [extended(1) + 1, 0x1122_3344]);
    });

    it('waits for the bus before a request is taken back', () => {
      can.begin();
      can.request(0, extended(1));
      can.told();
      can.access([CAN.tsr, ABRQ]);
      assert.deepEqual(
        can.told().map(({ kind }) => kind),
        ['withdrawal'],
      );
      assert.equal(can.read(CAN.tsr) & 0xff, ABRQ);
      can.hear({ kind: 'withdrawn', mailbox: 0, sequence: 1 });
      assert.equal(can.read(CAN.tsr) & 0xff, 1);
    });

    it('goes off the bus when all that it sends is destroyed, and comes back by itself when that is configured', () => {
      can.begin(ABOM);
      can.access([CAN.ier, (1 << 15) | (7 << 8)]);
      can.interrupts();
      can.request(0, extended(1));
      can.told();
      for (let tries = 0; tries < 31; tries++) can.hear({ kind: 'destroyed', mailbox: 0, sequence: 1 });
      assert.equal(can.read(CAN.esr), ((248 << 16) | (4 << 4) | 3) >>> 0);
      assert.deepEqual(
        can.told().map((record) => record.kind === 'mode' && record.mode.isPassive),
        [true],
      );
      can.hear({ kind: 'destroyed', mailbox: 0, sequence: 1 });
      assert.equal(can.read(CAN.esr) & 7, 7, 'off');
      assert.equal(can.interrupts()[3], 1);
      // 128 times 11 bits: 2.8 ms.
      can.probe.run(5);
      assert.equal(can.read(CAN.esr) & 0xff00_0007, 0);
      const parts = can.told().flatMap((record) => (record.kind === 'mode' ? [record.mode.takesPart] : []));
      assert.deepEqual(parts, [false, true]);
    });

    it('stays off the bus until its program asks for the way back', () => {
      can.begin();
      can.request(0, extended(1));
      for (let tries = 0; tries < 32; tries++) can.hear({ kind: 'destroyed', mailbox: 0, sequence: 1 });
      can.probe.run(20);
      assert.equal(can.read(CAN.esr) & 4, 4);
      can.access([CAN.mcr, 1], [CAN.mcr, 0]);
      can.probe.run(5);
      assert.equal(can.read(CAN.esr) & 4, 0);
    });

    it('counts what it cannot understand, and forgets that with what it can', () => {
      can.begin();
      for (let tries = 0; tries < 3; tries++) can.hear({ kind: 'disturbed' });
      assert.equal(can.read(CAN.esr), ((3 << 24) | (2 << 4)) >>> 0);
      can.receive(extended(1));
      assert.equal(can.read(CAN.esr), 2 << 24);
    });

    it('has nothing to send any more after a reset', () => {
      can.begin();
      can.request(0, extended(1));
      can.told();
      can.core.reset('software');
      const [reset, mode, ...others] = can.told();
      assert.equal(reset?.kind, 'reset');
      assert.ok(mode?.kind === 'mode' && !mode.mode.takesPart);
      assert.deepEqual(others, []);
    });

    it('sends what waited, once others have come', () => {
      can.begin();
      can.core.attachCan(false);
      can.request(0, extended(1));
      can.probe.run(2);
      can.told();
      can.core.attachCan(true);
      assert.deepEqual(
        can.told().map(({ kind }) => kind),
        ['reset', 'mode', 'request'],
      );
      can.hear({ kind: 'sent', mailbox: 0, sequence: 1 });
      assert.equal(can.read(CAN.tsr) & 0xff, 3);
    });
  });

  describe('receiving', () => {
    beforeEach(() => can.core.attachCan(true));

    it('hands frames out one by one, and tells so by its interrupt', () => {
      can.begin();
      can.access([CAN.ier, 2]);
      can.interrupts();
      can.receive(extended(7), standard(8));
      assert.deepEqual(can.interrupts(), [0, 1, 0, 0]);
      const frame = [[CAN.rf0r], [CAN.ri0r], [CAN.ri0r + 4], [CAN.ri0r + 8], [CAN.rf0r, 0x20]] as const;
      assert.deepEqual(can.access(...frame).slice(0, 4), [2, extended(7), 3, 0x0033_2211]);
      assert.deepEqual(can.access(...frame).slice(0, 2), [1, standard(8)]);
      assert.equal(can.read(CAN.rf0r), 0);
    });

    for (const [what, mcr, kept] of [
      ['the newest gives way', 0, [1, 2, 4]],
      ['what comes then is lost when the FIFO is locked', RFLM, [1, 2, 3]],
    ] as const) {
      it(`has three places, and says when there are too few: ${what}`, () => {
        can.begin(mcr);
        can.receive(extended(1), extended(2), extended(3));
        assert.equal(can.read(CAN.rf0r), 3 | 8, 'full');
        can.receive(extended(4));
        assert.equal(can.read(CAN.rf0r), 3 | 8 | 16, 'full, and overrun');
        const ids = kept.map(() => can.access([CAN.ri0r], [CAN.rf0r, 0x20])[0]);
        assert.deepEqual(ids, kept.map(extended));
        assert.equal(can.read(CAN.rf0r), 16);
        can.access([CAN.rf0r, 16]);
        assert.equal(can.read(CAN.rf0r), 0);
      });
    }

    it('hears nothing while it is being initialised, while its filters are, or when none is active', () => {
      can.begin();
      for (const [off, on] of [
        [CAN.mcr, 1, 0],
        [CAN.fmr, 0x2a1c_0e01, 0x2a1c_0e00],
        [CAN.fa1r, 0, 1],
      ].map(([at, off, on]) => [[at!, off!] as const, [at!, on!] as const])) {
        can.access(off!);
        can.receive(extended(1));
        can.access(on!);
        assert.equal(can.read(CAN.rf0r), 0);
      }
      can.receive(extended(1));
      assert.equal(can.read(CAN.rf0r), 1);
    });

    it('wakes up when something is going on, if that is configured, but misses it', () => {
      can.begin(2 | (1 << 5));
      can.receive(extended(1));
      assert.deepEqual(can.access([CAN.mcr], [CAN.rf0r]), [1 << 5, 0]);
      assert.equal(can.read(CAN.msr) & 0x0f, 8);
    });

    it('lets pass what its filters say, into the FIFO that they say', () => {
      can.begin();
      // Banks: 0 a 32-bit mask, 1 a 32-bit list in FIFO 1, 2 a 16-bit mask, 3 a 16-bit list in FIFO 1, 4 not active.
      const half = (id: number): number => id << 5;
      can.access(
        ...([
          [CAN.fmr, 0x2a1c_0e01],
          [CAN.fa1r, 0],
          [CAN.fs1r, 0b00011],
          [CAN.fm1r, 0b01010],
        ] as const),
        [CAN.ffa1r, 0b01010],
        ...([
          [CAN.banks, extended(0x1200)],
          [CAN.banks + 4, extended(0xff00)],
        ] as const),
        ...([
          [CAN.banks + 8, extended(0x55)],
          [CAN.banks + 12, extended(0x1234)],
        ] as const),
        [CAN.banks + 16, (half(0x100) | (half(0x700) << 16)) >>> 0],
        [CAN.banks + 20, (half(0x200) | (half(0x7ff) << 16)) >>> 0],
        [CAN.banks + 24, (half(0x301) | (half(0x302) << 16)) >>> 0],
        [CAN.banks + 28, (half(0x303) | (half(0x180) << 16)) >>> 0],
        ...([
          [CAN.fa1r, 0b01111],
          [CAN.fmr, 0x2a1c_0e00],
        ] as const),
      );
      const where = (identifier: number): string => {
        can.receive(identifier);
        const [zero, one] = can.access([CAN.rf0r], [CAN.rf1r]);
        const fifo = zero! > 0 ? 0 : 1;
        const [info] = can.access(
          [(fifo === 0 ? CAN.ri0r : CAN.ri1r) + 4],
          [CAN.rf0r, 0x20],
          [CAN.rf1r, 0x20],
        );
        return zero === 0 && one === 0 ? 'refused' : `FIFO ${fifo}, filter ${info! >>> 8}`;
      };
      const expected: readonly (readonly [number, string])[] = [
        [extended(0x12ab), 'FIFO 0, filter 0'],
        [extended(0x55), 'FIFO 1, filter 0'],
        // A list goes before a mask.
        [extended(0x1234), 'FIFO 1, filter 1'],
        [extended(0x9999), 'refused'],
        [standard(0x123), 'FIFO 0, filter 1'],
        [standard(0x200), 'FIFO 0, filter 2'],
        [standard(0x201), 'refused'],
        [standard(0x301), 'FIFO 1, filter 2'],
        [standard(0x303), 'FIFO 1, filter 4'],
        [standard(0x180), 'FIFO 1, filter 5'],
      ];
      assert.deepEqual(
        expected.map(([identifier]) => where(identifier)),
        expected.map(([, place]) => place),
      );
    });
  });
});
