import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { type Clock, systemClock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { stage, type StagedImage } from '../image/stagingHeader';
import type { LinkAddress } from '../links/link';
import { createLinkOpener } from '../links/linkOpener';
import { DEFAULT_BAUD_RATE } from '../links/linkAddress';
import { listPorts, type Port } from '../links/ports';
import { SessionPool } from '../links/sessionPool';
import { ControllerMemory } from '../settings/controllerMemory';
import { dataDirectory } from '../settings/dataDirectory';
import { fileStore } from '../settings/fileStore';
import { SnapshotStore } from '../settings/snapshot';
import { UpdateJournal } from '../update/journal';
import { Updater } from '../update/updater';
import { ControllerRegistry } from './controllerRegistry';
import { EmulatedControllers } from './emulatedControllers';
import { SimulatedControllers } from './simulatedControllers';

/** Everything below the shell, put together once for the extension and once for each run of the command line. */
export interface Core extends Disposable {
  readonly clock: Clock;
  /** The per-user folder that extension and command line share. */
  readonly dataDirectory: string;
  readonly pool: SessionPool;
  readonly simulated: SimulatedControllers;
  readonly emulated: EmulatedControllers;
  readonly memory: ControllerMemory;
  readonly snapshots: SnapshotStore;
  readonly journal: UpdateJournal;
  readonly updater: Updater;
  readonly registry: ControllerRegistry;
  listPorts(): Promise<Port[]>;
}

export interface CoreOptions {
  readonly clock?: Clock;
  /** Default: the per-user folder of this system. */
  readonly dataDirectory?: string;
  /** Where emulator.wasm and emulatorWorker.js are; default: next to this file's bundle. */
  readonly emulatorDirectory?: string;
  /** Compresses images, where that is to happen elsewhere than here. */
  readonly stageImage?: (app: Uint8Array) => Promise<StagedImage>;
}

/** Builds the core. It opens nothing and reads nothing before it is asked to. */
export function createCore(options: CoreOptions = {}): Core {
  const owned = new DisposableStore();
  const clock = options.clock ?? systemClock;
  const directory = options.dataDirectory ?? dataDirectory(process.env, process.platform, homedir());
  const files = fileStore(directory);
  const simulated = owned.add(new SimulatedControllers(clock));
  const emulated = owned.add(new EmulatedControllers(clock, options.emulatorDirectory ?? __dirname));
  const opener = createLinkOpener({
    clock,
    simulated: (address) => simulated.connect(address),
    emulated: (address, signal) => emulated.connect(address, signal),
  });
  const pool = owned.add(new SessionPool(opener, clock));
  const memory = new ControllerMemory(files);
  const snapshots = new SnapshotStore(files);
  const journal = new UpdateJournal(files);
  const updater = new Updater({
    pool,
    clock,
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    stageImage: options.stageImage ?? ((app) => Promise.resolve(stage(app))),
    candidates: async () => (await listPorts()).filter((port) => port.likelyVesc).map(portAddress),
    journal,
    snapshots,
    memory,
  });
  const registry = owned.add(new ControllerRegistry({ pool, clock, memory, updater }));
  return {
    clock,
    dataDirectory: directory,
    pool,
    simulated,
    emulated,
    memory,
    snapshots,
    journal,
    updater,
    registry,
    listPorts: () => listPorts(),
    dispose: () => owned.dispose(),
  };
}

/** Where a port leads. USB controllers do not care for the baud rate. */
export function portAddress(port: Port): LinkAddress {
  return { kind: 'serial', path: port.path, baudRate: DEFAULT_BAUD_RATE };
}
