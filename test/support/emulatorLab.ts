import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/base/clock';
import { EmulatedControllers, type EmulatedSurroundings } from '../../src/controllers/emulatedControllers';
import type { EmulationChannel, EmulationStart } from '../../src/emulator/messages';
import { emulatorModule, localChannel, probeImage } from './emulator';
import { VirtualClock } from './virtualClock';

/** Where the emulator's core lies. */
export const DIST = join(__dirname, '..', '..', 'dist');

type Open = (file: string, start: EmulationStart) => EmulationChannel;

/** Emulated controllers in this process and in virtual time, and the image of a probe for them to run. */
export class EmulatorLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'emulated-'));
  readonly image = join(this.folder, 'probe.bin');
  clock!: VirtualClock;
  controllers!: EmulatedControllers;
  readonly open = (_file: string, start: EmulationStart) => localChannel(start, this.clock);

  /** Is there from the beginning to the end of the `describe` it is called in; controllers and clock are each test's. */
  constructor(private readonly options: { flashFolder?: (folder: string) => string } = {}) {
    before(async function () {
      // The core may have to be compiled first.
      this.timeout(120_000);
      await emulatorModule();
    });
    before(() => writeFileSync(this.image, probeImage()));
    after(() => rmSync(this.folder, { recursive: true, force: true }));
    beforeEach(() => {
      this.clock = new VirtualClock();
      this.renew(this.open);
    });
    afterEach(() => this.controllers.dispose());
  }

  /** Controllers that are started by `open`, in place of those there are. */
  renew(open: Open, around: EmulatedSurroundings = {}, clock: Clock = this.clock): void {
    const flashFolder = this.options.flashFolder?.(this.folder);
    const kept = flashFolder === undefined ? {} : { flashFolder };
    this.controllers = new EmulatedControllers(clock, DIST, open, { ...kept, ...around });
  }
}
