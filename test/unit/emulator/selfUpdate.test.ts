import { strict as assert } from 'node:assert';
import { EmulatedController, type EmulationEvent } from '../../../src/emulator/emulatedController';
import { composeFlash, readApp } from '../../../src/emulator/emulatedFlash';
import { uniqueIdBytes } from '../../../src/emulator/uniqueId';
import { IMAGE_LENGTH, IMAGE_LENGTH_5_03 } from '../../../src/image/flashMap';
import type { UpdateResult } from '../../../src/update/verdict';
import { emulatorModule, localChannel, probeBootloader, probeImage } from '../../support/emulator';
import { UpdateBench } from '../../support/updateBench';

/** Where the bootloader's first instruction lies: its reset vector, without the Thumb bit. */
function entryOf(bootloader: Uint8Array): number {
  const view = new DataView(bootloader.buffer, bootloader.byteOffset);
  return (view.getUint32(4, true) & ~1) - 0x080e_0000;
}

/** The bootloader with another first instruction. */
function beginningWith(instruction: number): Uint8Array {
  const bootloader = Uint8Array.from(probeBootloader());
  bootloader.set([instruction & 0xff, instruction >>> 8], entryOf(bootloader));
  return bootloader;
}

/** The probe built again, with something else in it where nothing lay. */
function nextBuild(length: number): Uint8Array {
  const image = probeImage().slice(0, length);
  image.fill(0xff, length - 8);
  for (let at = 0x1_0000; at < 0x1_4000; at++) image[at] = (at * 7 + (at >> 5)) & 0xff;
  return image;
}

/** The whole way of an update, with every part of it a program that really runs. */
describe('An update of the emulated controller by itself', function () {
  this.timeout(60_000);
  let bench: UpdateBench;
  let controller: EmulatedController;
  let events: EmulationEvent[];

  async function start(bootloader: Uint8Array | undefined): Promise<void> {
    const module = await emulatorModule();
    const flash = composeFlash({
      app: { bytes: probeImage(), name: 'probe.bin' },
      bootloader: bootloader && { bytes: bootloader, name: 'bootloader.bin' },
    });
    bench = new UpdateBench({}, { open: (address) => controller.connect(address) });
    const start = { speed: 1, instantFlash: false, uart: 0, overrides: [] };
    const uniqueId = uniqueIdBytes(bench.uuid);
    const channel = localChannel({ ...start, module, flash, uniqueId }, bench.clock);
    controller = new EmulatedController(channel, flash, bench.clock, bench.uuid);
    events = [];
    controller.onEvent((event) => events.push(event));
    for (let tries = 0; !controller.isEnumerated && tries < 50; tries++) await bench.clock.advance(20);
    assert.ok(controller.isEnumerated);
  }

  afterEach(() => {
    bench.dispose();
    controller.dispose();
  });

  /** The probe has no settings to be saved. */
  function flash(image: Uint8Array): Promise<UpdateResult> {
    return bench.flash(image, { override: ['snapshot-failed'] });
  }

  function causes(): string[] {
    return events.flatMap((event) => (event.kind === 'reset' ? [event.cause] : []));
  }

  /** What the controller's flash holds now; all of it has been told by then. */
  async function content(): Promise<Uint8Array> {
    await bench.clock.run(controller.flash.settle());
    return controller.flash.content;
  }

  for (const [kind, length] of [
    ['compressed', IMAGE_LENGTH],
    ['as it is', IMAGE_LENGTH_5_03],
  ] as const) {
    it(`ends with the new build running: staged ${kind}, copied by its bootloader, proven by identity`, async () => {
      await start(probeBootloader());
      const image = nextBuild(length);
      const result = await flash(image);
      assert.deepEqual([result.verdict, result.proof], ['updated', 'build-identity'], result.error?.message);
      assert.deepEqual(
        Buffer.from(await content()).subarray(0, length),
        Buffer.from(readApp({ bytes: image, name: 'x' })),
      );
      // Once when the bootloader was looked for, once when it had copied.
      assert.deepEqual(causes(), ['windowWatchdog', 'windowWatchdog']);
      assert.deepEqual((await bench.memory.recall(bench.uuid)).bootloader?.state, 'proven');
    });
  }

  it('is not begun where there is no bootloader: a look for it tells, by the watchdog that has to help', async () => {
    await start(undefined);
    const before = Buffer.from(controller.flash.content.subarray(0, IMAGE_LENGTH));
    const result = await flash(nextBuild(IMAGE_LENGTH));
    assert.deepEqual([result.verdict, result.error?.code], ['not-taken', 'bootloader-missing']);
    assert.deepEqual(causes(), ['independentWatchdog']);
    assert.deepEqual(Buffer.from(await content()).subarray(0, IMAGE_LENGTH), before);
  });

  for (const [what, bootloader] of [
    ['has gone since it was seen', undefined],
    ['crashes at once', beginningWith(0xde01)],
    ['hangs', beginningWith(0xe7fe)],
  ] as const) {
    it(`is not taken when the bootloader ${what}; the old build runs on`, async () => {
      await start(bootloader);
      await bench.trustBootloader();
      const result = await flash(nextBuild(IMAGE_LENGTH));
      assert.deepEqual(
        [result.verdict, result.error?.code],
        ['not-taken', 'not-taken'],
        result.error?.message,
      );
      assert.ok(controller.isEnumerated);
      assert.equal((await bench.memory.recall(bench.uuid)).bootloader?.state, 'suspect');
    });
  }
});
