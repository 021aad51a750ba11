import { createHash } from 'node:crypto';
import { readImage } from '../../src/image/imageFile';
import { stage, type StagedImage } from '../../src/image/stagingHeader';
import type { Carrier } from '../../src/links/carrier';
import type { Link, LinkAddress, LinkOpener } from '../../src/links/link';
import { SessionPool } from '../../src/links/sessionPool';
import { ControllerMemory } from '../../src/settings/controllerMemory';
import { SnapshotStore } from '../../src/settings/snapshot';
import {
  SimulatedController,
  type SimulatedControllerOptions,
} from '../../src/simulator/simulatedController';
import { UpdateJournal } from '../../src/update/journal';
import {
  Updater,
  type UpdateHooks,
  type UpdateRequest,
  type UpdaterDependencies,
} from '../../src/update/updater';
import type { UpdateResult } from '../../src/update/verdict';
import { MemoryFiles } from './memoryFiles';
import { syntheticImage, type SyntheticImageOptions } from './syntheticImage';
import { VirtualClock } from './virtualClock';

export const ADDRESS: LinkAddress = { kind: 'simulated', name: '' };

const staged = new Map<string, StagedImage>();

/** Compresses each image once for all tests. */
function stageOnce(app: Uint8Array): StagedImage {
  const key = createHash('sha256').update(app).digest('hex');
  const known = staged.get(key) ?? stage(app);
  staged.set(key, known);
  return known;
}

/** What lies between the procedure and the controller, where it is not the plainest there is. */
export interface BenchSurroundings {
  /** Opens an address; by default every address leads to the controller's USB port. */
  readonly open?: (address: LinkAddress, controller: SimulatedController) => Link;
  readonly candidates?: () => LinkAddress[];
  readonly stageImage?: (app: Uint8Array) => StagedImage;
  /** Default: as the address says; a simulated controller is reached over USB. */
  readonly carrier?: Carrier;
}

/** The update procedure on a simulated controller, all of it in memory and in virtual time. */
export class UpdateBench {
  readonly clock = new VirtualClock();
  readonly files = new MemoryFiles();
  readonly memory = new ControllerMemory(this.files);
  readonly journal = new UpdateJournal(this.files);
  readonly snapshots = new SnapshotStore(this.files);
  readonly controller: SimulatedController;
  readonly pool: SessionPool;
  readonly dependencies: UpdaterDependencies;
  readonly updater: Updater;
  /** The UUID every simulated controller has that was given none. */
  readonly uuid = '3a0041001850563039373220';

  constructor(options: SimulatedControllerOptions = {}, surroundings: BenchSurroundings = {}) {
    this.controller = new SimulatedController(options, this.clock);
    const open = surroundings.open ?? ((address, controller) => controller.connect(address));
    const opener: LinkOpener = {
      open: (address) => new Promise((resolve) => resolve(open(address, this.controller))),
    };
    this.pool = new SessionPool(opener, this.clock);
    this.dependencies = {
      pool: this.pool,
      clock: this.clock,
      sha256: (bytes) => createHash('sha256').update(bytes).digest(),
      stageImage: (app) => Promise.resolve((surroundings.stageImage ?? stageOnce)(app)),
      candidates: () => Promise.resolve(surroundings.candidates?.() ?? []),
      carrierOf: (address) =>
        Promise.resolve(surroundings.carrier ?? (address.kind === 'tcp' ? 'network' : 'usb')),
      journal: this.journal,
      snapshots: this.snapshots,
      memory: this.memory,
    };
    this.updater = new Updater(this.dependencies);
  }

  /** Flashes a made-up image, by default one that fits the controller. */
  flash(
    image: SyntheticImageOptions | Uint8Array = {},
    request: Partial<UpdateRequest> = {},
    hooks: UpdateHooks = {},
  ): Promise<UpdateResult> {
    const bytes = image instanceof Uint8Array ? image : syntheticImage({ hardware: '60', ...image });
    return this.clock.run(
      this.updater.run(
        { target: { address: ADDRESS }, image: readImage(bytes, 'test.bin'), ...request },
        hooks,
      ),
    );
  }

  /** Lets the procedure know the bootloader already, so that it is not looked for. */
  async trustBootloader(): Promise<void> {
    await this.memory.remember(this.uuid, { bootloader: { state: 'proven' } });
  }

  dispose(): void {
    this.pool.dispose();
    this.controller.dispose();
  }
}
