import { createHash } from 'node:crypto';
import { readImage } from '../../src/image/imageFile';
import { stage } from '../../src/image/stagingHeader';
import { parseLinkAddress } from '../../src/links/linkAddress';
import type { LinkAddress } from '../../src/links/link';
import { SessionPool } from '../../src/links/sessionPool';
import { ControllerProgrammer } from '../../src/recovery/controllerProgrammer';
import { Recovery, type RecoveryRequest, type RecoveryResult } from '../../src/recovery/recovery';
import { ControllerMemory } from '../../src/settings/controllerMemory';
import { SnapshotStore } from '../../src/settings/snapshot';
import {
  SimulatedController,
  type SimulatedControllerOptions,
} from '../../src/simulator/simulatedController';
import { UpdateJournal } from '../../src/update/journal';
import { Updater, type UpdateHooks, type UpdaterDependencies } from '../../src/update/updater';
import { MemoryFiles } from './memoryFiles';
import { syntheticImage, type SyntheticImageOptions } from './syntheticImage';
import { VirtualClock } from './virtualClock';

export const DEAD: LinkAddress = parseLinkAddress('sim:dead');
export const HEALTHY: LinkAddress = parseLinkAddress('sim:healthy');
const DEAD_UUID = '2d0023001047393332363535';

/** A controller that is to be programmed, and a healthy one that is wired to it; in memory and in virtual time. */
export class RecoveryBench {
  readonly clock = new VirtualClock();
  readonly files = new MemoryFiles();
  readonly memory = new ControllerMemory(this.files);
  readonly journal = new UpdateJournal(this.files);
  readonly snapshots = new SnapshotStore(this.files);
  readonly backups = new Map<string, Uint8Array>();
  readonly dead: SimulatedController;
  readonly healthy: SimulatedController;
  readonly pool: SessionPool;
  readonly dependencies: UpdaterDependencies;
  readonly recovery: Recovery;
  readonly updater: Updater;
  readonly programmer: ControllerProgrammer;
  readonly uuid = DEAD_UUID;
  candidates: LinkAddress[] = [];
  keepBackup = (name: string, content: Uint8Array): Promise<unknown> =>
    Promise.resolve(this.backups.set(name, content));

  constructor(
    dead: SimulatedControllerOptions = { bricked: true },
    healthy: SimulatedControllerOptions = {},
  ) {
    this.dead = new SimulatedController({ uuid: DEAD_UUID, ...dead }, this.clock);
    this.healthy = new SimulatedController(healthy, this.clock);
    this.healthy.wireSwdTo(this.dead.swd);
    const at = (address: LinkAddress): SimulatedController =>
      address.kind === 'simulated' && address.name === 'healthy' ? this.healthy : this.dead;
    const open = (address: LinkAddress) => at(address).connect(address);
    this.pool = new SessionPool(
      { open: (address) => new Promise((resolve) => resolve(open(address))) },
      this.clock,
    );
    this.dependencies = {
      pool: this.pool,
      clock: this.clock,
      sha256: (bytes) => createHash('sha256').update(bytes).digest(),
      stageImage: (app) => Promise.resolve(stage(app)),
      candidates: () => Promise.resolve(this.candidates),
      carrierOf: () => Promise.resolve('other'),
      journal: this.journal,
      snapshots: this.snapshots,
      memory: this.memory,
    };
    this.updater = new Updater(this.dependencies);
    this.recovery = new Recovery({
      ...this.dependencies,
      saveBackup: async (name, content) => {
        await this.keepBackup(name, content);
        return `/data/flash/${name}`;
      },
    });
    this.programmer = new ControllerProgrammer(this.pool, { address: HEALTHY });
  }

  /** Recovers the dead one with a made-up image, by default one that fits it. */
  recover(
    request: Partial<RecoveryRequest> = {},
    image: SyntheticImageOptions | Uint8Array = {},
    hooks: UpdateHooks = {},
  ): Promise<RecoveryResult> {
    const bytes = image instanceof Uint8Array ? image : syntheticImage({ hardware: '60', ...image });
    return this.clock.run(
      this.recovery.run(
        {
          programmer: this.programmer,
          target: { address: DEAD },
          image: readImage(bytes, 'test.bin'),
          backup: false,
          ...request,
        },
        hooks,
      ),
    );
  }

  dispose(): void {
    this.pool.dispose();
    this.dead.dispose();
    this.healthy.dispose();
  }
}
