import type { Clock } from '../base/clock';
import type { Sha256 } from '../image/buildStamp';
import type { Image } from '../image/imageFile';
import type { StagedImage } from '../image/stagingHeader';
import type { Carrier } from '../links/carrier';
import type { LinkAddress } from '../links/link';
import type { SessionPool } from '../links/sessionPool';
import type { ControllerMemory } from '../settings/controllerMemory';
import type { SnapshotStore } from '../settings/snapshot';
import {
  type BootloaderHooks,
  type BootloaderRequest,
  type BootloaderResult,
  installBootloader,
} from './bootloaderInstaller';
import type { UpdateJournal } from './journal';
import type { PreflightOptions } from './preflight';
import type { SharedClaims } from './sharedClaims';
import { UpdateRun } from './updateRun';
import { openSharedWindow, type UploadWindow } from './uploadWindow';
import type { UpdateResult, UpdateStage } from './verdict';

/** What the update procedure works with; all of it can be replaced in a test. */
export interface UpdaterDependencies {
  readonly pool: SessionPool;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Compresses an image for the staging area; runs while the settings are read. */
  readonly stageImage: (app: Uint8Array) => Promise<StagedImage>;
  /** Other places where a controller may turn up after its restart. Never rejects. */
  readonly candidates: () => Promise<LinkAddress[]>;
  /** What carries bytes to an address; decides how many writes may be under way. Never rejects. */
  readonly carrierOf: (address: LinkAddress) => Promise<Carrier>;
  readonly journal: UpdateJournal;
  readonly snapshots: SnapshotStore;
  readonly memory: ControllerMemory;
}

/** Which controller: the one at `address`, or the node `canId` behind it. */
export interface UpdateTarget {
  readonly address: LinkAddress;
  readonly canId?: number;
  /** CAN id of its second motor, or that it has none, where that is known already: it takes seconds to find out. */
  readonly secondMotor?: number | 'none';
}

/** What an update shares with those that go on beside it over the same link (design 4.5). */
export interface SharedUpdate {
  readonly claims: SharedClaims;
  /** The writes under way on the link, to whichever node. */
  readonly window: UploadWindow;
  /** Where in the image to begin, as a fraction: acknowledgements carry no node id, so offsets are kept apart. */
  readonly begin: number;
  /** Resolves when it may start its bootloader; rejects when it must not any more. */
  readonly turn: () => Promise<void>;
}

export interface UpdateRequest extends PreflightOptions {
  readonly target: UpdateTarget;
  readonly image: Image;
  /** Flash even when this very build runs there already. */
  readonly reflash?: boolean;
  /**
   * Where old and new read the same otherwise, ask LispBM for the CRC of what runs. That starts LispBM, and may erase
   * flash sector 8, so it is for the user to say.
   */
  readonly proveByCrc?: boolean;
  /** Unacknowledged writes at a time; default: as many as the link takes (design 5). */
  readonly window?: number;
}

/** How far an update is. */
export interface UpdateProgress {
  readonly stage: UpdateStage;
  /** 0 to 1 within the stage. */
  readonly fraction: number;
  readonly bytesPerSecond?: number;
  /** From commit to reconnect the user must not cut power, and cannot cancel. */
  readonly cancellable: boolean;
  /** What is done at the moment, for people. */
  readonly message: string;
}

export interface UpdateHooks {
  /** Cancels; heeded until the bootloader is started. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: UpdateProgress) => void;
}

/** What brings images onto controllers. */
export type Updates = Pick<Updater, 'run' | 'sharedWindow' | 'installBootloader'>;

/** Brings an image onto a controller and finds out whether it runs there (design 4). */
export class Updater {
  constructor(private readonly dependencies: UpdaterDependencies) {}

  /**
   * Updates one controller. Ends with exactly one verdict.
   * @param shared what it shares with others that are updated over the same link at the same time
   * @throws VescError of the link when the controller cannot be reached in the first place
   */
  run(request: UpdateRequest, hooks: UpdateHooks = {}, shared?: SharedUpdate): Promise<UpdateResult> {
    return new UpdateRun(this.dependencies, request, hooks, shared).run();
  }

  /** The window for uploads to several nodes behind `address`; see {@link openSharedWindow}. */
  sharedWindow(address: LinkAddress, fixed?: number): Promise<UploadWindow> {
    return openSharedWindow(this.dependencies, address, fixed);
  }

  /**
   * Installs a bootloader on one controller; see {@link installBootloader}.
   * @throws VescError of the link when the controller cannot be reached in the first place
   */
  installBootloader(request: BootloaderRequest, hooks: BootloaderHooks = {}): Promise<BootloaderResult> {
    return installBootloader(this.dependencies, request, hooks);
  }
}
