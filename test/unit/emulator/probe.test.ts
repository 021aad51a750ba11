import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { encodeFrame } from '../../../src/protocol/frame';
import { emulatorModule, PROBE, ProbedCore } from '../../support/emulator';

const CFSR_UNDEFINED = 1 << 16;
const CFSR_BUS = 0x8200;

describe('The emulated controller', () => {
  let probe: ProbedCore;

  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    await emulatorModule();
  });

  beforeEach(async () => {
    probe = await ProbedCore.start();
  });

  it('answers over its UART, with its own unique ID', () => {
    const reply = Buffer.from(probe.ask([0])!);
    assert.equal(reply.toString('latin1', 3, 8), 'probe');
    assert.equal(reply.toString('hex', 9, 21), '0102030405060708090a0b0c');
  });

  it('is enumerated as a USB device and answers there', () => {
    assert.ok(!probe.core.isUsbConfigured);
    probe.run(150);
    assert.ok(probe.core.isUsbConfigured);
    const reply = Buffer.from(probe.ask([0], 'usb')!);
    assert.equal(reply.toString('latin1', 3, 8), 'probe');
  });

  it('takes USB packets of exactly 64 and 128 bytes', () => {
    probe.run(150);
    // Frames of 64 and 128 bytes: a FW_VERSION with something behind it.
    for (const length of [59, 123]) {
      const payload = [0, ...Array.from({ length: length - 1 }, () => 0x55)];
      assert.ok(probe.ask(payload, 'usb'), `${length} bytes`);
    }
  });

  it('leaves the bus at a reset, and comes back', () => {
    probe.run(150);
    probe.core.reset('software');
    assert.ok(!probe.core.isUsbConfigured);
    probe.run(150);
    assert.ok(probe.core.isUsbConfigured);
  });

  it('is kept alive by its watchdog, and reset when it hangs', () => {
    const { resets } = probe.core;
    probe.run(150);
    assert.equal(probe.core.resets, resets);
    probe.ask([0xf0, PROBE.hang], 'uart', 10);
    probe.run(150);
    assert.equal(probe.core.resets, resets + 1);
    assert.equal(probe.core.lastResetCause, 'independentWatchdog');
    assert.ok(probe.ask([0]));
  });

  it('is reset by the window watchdog, as bootloaders end', () => {
    probe.ask([0xf0, PROBE.windowWatchdog], 'uart', 10);
    assert.equal(probe.core.lastResetCause, 'windowWatchdog');
  });

  it('is brought back from a jump to where no bootloader is after 32 s, the period that the firmware set for it', () => {
    const { core } = probe;
    const { resets } = core;
    probe.ask([1], 'uart', 10);
    assert.ok(core.isLockedUp && core.isWatched);
    const from_ns = core.now_ns;
    while (core.resets === resets && core.now_ns < from_ns + 40_000_000_000n) probe.run(2);
    assert.equal(core.lastResetCause, 'independentWatchdog');
    const after_s = Number(core.now_ns - from_ns) / 1e9;
    probe.run(5);
    assert.ok(Math.abs(after_s - (4001 * 4 * 64) / 32_000) < 0.03, `${after_s} s`);
    assert.ok(probe.ask([0]));
  });

  for (const [name, test, status] of [
    ['an undefined instruction', PROBE.undefinedInstruction, CFSR_UNDEFINED],
    ['an access to nowhere', PROBE.busError, CFSR_BUS],
  ] as const) {
    it(`takes ${name} to the fault handler; what the handler notes outlives the reset`, () => {
      probe.ask([0xf0, test], 'uart', 20);
      assert.equal(probe.core.lastResetCause, 'software');
      assert.equal(probe.core.faults, 1);
      assert.equal(probe.core.lastFault.status, status);
      const [starts, noted] = probe.test(PROBE.remember);
      assert.equal(starts, 2);
      assert.equal(noted, status);
    });
  }

  it('names the address that was accessed, and the instruction', () => {
    probe.ask([0xf0, PROBE.busError], 'uart', 20);
    const { address, pc } = probe.core.lastFault;
    assert.equal(address, 0x6000_0000);
    assert.ok(pc > 0x0800_0000 && pc < 0x0800_1000);
  });

  it('locks up at a fault in the fault handler, until the watchdog bites', () => {
    probe.ask([0xf0, PROBE.lockUp], 'uart', 10);
    assert.ok(probe.core.isLockedUp);
    probe.run(150);
    assert.ok(!probe.core.isLockedUp);
    assert.equal(probe.core.lastResetCause, 'independentWatchdog');
  });

  it('takes exceptions in the order of their priority', () => {
    // SVC raises PendSV from inside itself: that waits until SVC is over.
    assert.equal(probe.test(PROBE.exceptions)[0], 1123);
  });

  it('keeps floating point apart from the interrupts in the middle of it', () => {
    let expected = Math.fround(1.5);
    for (let at = 0; at < 50; at++) {
      // A fused multiplication and addition: exact in double precision for these numbers, rounded once.
      expected = Math.fround(expected * 1.0009765625 + 0.25);
    }
    const word = new DataView(new ArrayBuffer(4));
    word.setFloat32(0, expected);
    assert.equal(probe.test(PROBE.precision)[0], word.getUint32(0));
  });

  it('programs its flash as the chip does: locked, bits cleared only, one size of access', () => {
    const [word, status] = probe.test(PROBE.flash);
    assert.equal(word, 0x00ff_0f0f);
    assert.equal(status >>> 16, 0x80, 'programming without permission is a sequence error');
    assert.equal(status & 0xffff, 0x40, 'an access of another size is a parallelism error');
    assert.equal(probe.core.erases, 1);
    assert.deepEqual([...probe.core.takeDirty()!.bytes.subarray(0, 4)], [0x0f, 0x0f, 0xff, 0x00]);
    assert.equal(probe.core.takeDirty(), undefined);
  });

  it('stands still while its flash is erased: a sector of 128 KiB takes a second', () => {
    const before_ns = probe.core.now_ns;
    probe.test(PROBE.flash);
    assert.ok(probe.core.now_ns - before_ns > 1_000_000_000n);
  });

  it('erases at once when it is told to', () => {
    probe.core.setInstantFlash(true);
    const before_ns = probe.core.now_ns;
    probe.test(PROBE.flash);
    assert.ok(probe.core.now_ns - before_ns < 100_000_000n);
  });

  it('converts three channels at a time, rank by rank, at the rate of the motor timer', () => {
    probe.core.setChannel(1, 111);
    probe.core.setChannel(10, 1010);
    probe.core.setIndex(4, 44);
    const before = probe.core.sequences;
    const [first, second] = probe.test(PROBE.adc);
    // Ranks: channels 1, 2, 3, then 10, 11, 12 of the three converters.
    assert.equal(first >>> 16, 111);
    assert.equal(first & 0xffff, 1010);
    assert.equal(second >>> 16, 44);
    assert.equal(second & 0xffff, 2048);
    const rate = probe.core.sequences - before;
    assert.ok(rate > 0);
    const from = probe.core.sequences;
    probe.run(10);
    assert.ok(Math.abs(probe.core.sequences - from - 600) <= 1, `${probe.core.sequences - from} in 10 ms`);
  });

  it('sees pins as they are held from outside', () => {
    assert.equal(probe.test(PROBE.pin)[0], 1, 'its pull-up');
    probe.core.holdPin(1, 12, 0);
    assert.equal(probe.test(PROBE.pin)[0], 0);
    probe.core.holdPin(1, 12, undefined);
    assert.equal(probe.test(PROBE.pin)[0], 1);
  });

  it('does the same again: equal instructions and memory for equal input at equal times', async () => {
    const digest = async (slice_ms: number): Promise<string> => {
      // Idle most of the time, busy at times, restarted at the end.
      const again = await ProbedCore.start();
      again.core.setInstantFlash(true);
      let at_ms = 8;
      for (const test of [PROBE.exceptions, PROBE.flash, PROBE.busError]) {
        again.core.put('uartIn', encodeFrame(Uint8Array.of(0xf0, test)));
        for (const end_ms = at_ms + 40; at_ms < end_ms;) {
          at_ms += slice_ms;
          again.core.run(BigInt(at_ms) * 1_000_000n);
        }
      }
      const { core } = again;
      return createHash('sha256')
        .update(core.sram)
        .update(core.flash)
        .update(`${core.instructions} ${core.now_ns}`)
        .digest('hex');
    };
    const first = await digest(2);
    assert.equal(await digest(2), first);
    for (const slice_ms of [1, 4, 40])
      assert.equal(await digest(slice_ms), first, `slices of ${slice_ms} ms`);
  });
});
