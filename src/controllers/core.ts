import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { Lazy } from '../base/lazy';
import type { StagedImage } from '../image/stagingHeader';
import type { LinkAddress } from '../links/link';
import { DEFAULT_BAUD_RATE } from '../links/linkAddress';
import type { Port } from '../links/ports';
import { SessionPool } from '../links/sessionPool';
import type { Recovery } from '../recovery/recovery';
import { ControllerMemory } from '../settings/controllerMemory';
import { dataDirectory } from '../settings/dataDirectory';
import { FaultHistory } from '../settings/faultHistory';
import { fileStore } from '../settings/fileStore';
import { makeFolder } from '../settings/folder';
import { SnapshotStore } from '../settings/snapshot';
import { UpdateJournal } from '../update/journal';
import type { UpdaterDependencies, Updates } from '../update/updater';
import { ControllerRegistry } from './controllerRegistry';
import { EmulatedControllers, type EmulatedSurroundings } from './emulatedControllers';
import type { SimulatedControllers } from './simulatedControllers';

/** Everything below the shell, put together once for the extension and once for each run of the command line. */
export interface Core extends Disposable {
  readonly clock: Clock;
  /** The per-user folder that extension and command line share. */
  readonly dataDirectory: string;
  readonly pool: SessionPool;
  readonly simulated: Lazy<SimulatedControllers>;
  readonly emulated: EmulatedControllers;
  readonly memory: ControllerMemory;
  readonly snapshots: SnapshotStore;
  readonly journal: UpdateJournal;
  /** Faults and crashes that controllers have forgotten. */
  readonly faultHistory: FaultHistory;
  readonly updater: Updates;
  /** Programs over SWD. */
  readonly recovery: Lazy<Recovery>;
  readonly registry: ControllerRegistry;
  listPorts(): Promise<Port[]>;
}

export interface CoreOptions {
  readonly clock?: Clock;
  /** Default: the per-user folder of this system. */
  readonly dataDirectory?: string;
  /** Where emulator.wasm and emulatorWorker.js are; default: next to this file's bundle. */
  readonly emulatorDirectory?: string;
  /** What emulated controllers find around them. */
  readonly emulated?: EmulatedSurroundings;
  /** See the registry's. */
  readonly beforeFirst?: () => Promise<void>;
  /** The bundle of `stageWorker.ts`; without it images are compressed on the thread that asks for it. */
  readonly stageWorker?: string;
  /** Compresses images in another way than this. */
  readonly stageImage?: (app: Uint8Array) => Promise<StagedImage>;
}

/** Builds the core. It opens nothing and reads nothing before it is asked to. */
export function createCore(options: CoreOptions = {}): Core {
  const owned = new DisposableStore();
  const clock = options.clock ?? systemClock;
  const directory = options.dataDirectory ?? dataDirectory(process.env, process.platform, homedir());
  const files = fileStore(directory);
  const simulated = new Lazy(async () => {
    const { SimulatedControllers } = await import('./simulatedControllers');
    return owned.add(new SimulatedControllers(clock));
  });
  const emulated = owned.add(
    new EmulatedControllers(clock, options.emulatorDirectory ?? __dirname, undefined, options.emulated),
  );
  const opener = new Lazy(async () => {
    const { createLinkOpener } = await import('../links/linkOpener');
    return createLinkOpener({
      clock,
      simulated: async (address) => (await simulated.get()).connect(address),
      emulated: (address, signal) => emulated.connect(address, signal),
    });
  });
  const pool = owned.add(
    new SessionPool({ open: async (...args) => (await opener.get()).open(...args) }, clock),
  );
  const memory = new ControllerMemory(files);
  const snapshots = new SnapshotStore(files);
  const journal = new UpdateJournal(files);
  const { stageWorker, beforeFirst } = options;
  const stager = new Lazy(async () => {
    const { ImageStager } = await import('../update/imageStager');
    const { startStageThread } = await import('./stageThread');
    return owned.add(
      new ImageStager(stageWorker === undefined ? undefined : (app) => startStageThread(stageWorker, app)),
    );
  });
  const dependencies: UpdaterDependencies = {
    pool,
    clock,
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    stageImage: options.stageImage ?? (async (app) => (await stager.get()).stage(app)),
    candidates: async () => {
      const { listPorts, WITHOUT_HOLDERS } = await import('../links/ports');
      return [
        ...(await listPorts(WITHOUT_HOLDERS)).filter((port) => port.likelyVesc).map(portAddress),
        ...(simulated.made?.names ?? []).map((name) => ({ kind: 'simulated', name }) as const),
      ];
    },
    carrierOf: async (address) => (await import('../links/carrier')).carrierOf(address),
    journal,
    snapshots,
    memory,
  };
  const whole = new Lazy(async () => {
    const { Updater } = await import('../update/updater');
    return new Updater(dependencies);
  });
  const updater: Updates = {
    run: async (...args) => (await whole.get()).run(...args),
    sharedWindow: async (...args) => (await whole.get()).sharedWindow(...args),
    installBootloader: async (...args) => (await whole.get()).installBootloader(...args),
  };
  const recovery = new Lazy(async () => {
    const { Recovery } = await import('../recovery/recovery');
    return new Recovery({
      ...dependencies,
      saveBackup: async (name, content) => {
        const folder = join(directory, 'flash');
        await makeFolder(folder);
        await writeFile(join(folder, name), content, { mode: 0o600 });
        return join(folder, name);
      },
    });
  });
  const registry = owned.add(
    new ControllerRegistry({ pool, clock, memory, updater, ...(beforeFirst && { beforeFirst }) }),
  );
  return {
    clock,
    dataDirectory: directory,
    pool,
    simulated,
    emulated,
    memory,
    snapshots,
    journal,
    faultHistory: new FaultHistory(files),
    updater,
    recovery,
    registry,
    listPorts: async () => (await import('../links/ports')).listPorts(),
    dispose: () => owned.dispose(),
  };
}

/** Where a port leads. USB controllers do not care for the baud rate. */
export function portAddress(port: Port): LinkAddress {
  return { kind: 'serial', path: port.path, baudRate: DEFAULT_BAUD_RATE };
}
