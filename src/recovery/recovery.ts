import type { FlashPlan } from './flashPlan';
import type { Programmer } from './programmer';
import type { Image } from '../image/imageFile';
import type { PreflightOptions } from '../update/preflight';
import type { UpdateHooks, UpdaterDependencies, UpdateTarget } from '../update/updater';
import type { UpdateOutcome, UpdateResult } from '../update/verdict';
import { RecoveryRun } from './recoveryRun';

/** What a recovery works with; all of it can be replaced in a test. */
export interface RecoveryDependencies extends UpdaterDependencies {
  /** Keeps what was read out of a flash under a file name of its own; where it lies. */
  readonly saveBackup: (name: string, content: Uint8Array) => Promise<string>;
}

export interface RecoveryRequest extends PreflightOptions {
  readonly programmer: Programmer;
  /** Where the controller is to answer; without it, wherever it turns up. */
  readonly target?: UpdateTarget;
  readonly image: Image;
  /** What goes to 0x080E0000; without one, the bootloader that is there stays. */
  readonly bootloader?: { readonly bytes: Uint8Array; readonly name: string };
  /** Leave the sectors of the settings as they are. */
  readonly keepSettings?: boolean;
  /** Read the whole flash into a file first; default true. */
  readonly backup?: boolean;
  /** Take a read protection away, and with it all that the chip holds. */
  readonly unlock?: boolean;
  /** Program it even when this very build runs there already. */
  readonly reflash?: boolean;
}

/** What a recovery came to: an update's result, and what became of the rest of the flash. */
export interface RecoveryResult extends UpdateOutcome {
  /** Where the controller answers, or should. */
  readonly address?: UpdateResult['address'];
  /** What programmed it. */
  readonly via: string;
  /** Of the chip, once it was held. */
  readonly uuid?: string;
  readonly backupPath?: string;
  readonly bootloader?: FlashPlan['bootloader'];
  readonly settings?: FlashPlan['settings'];
}

/** Programs controllers over SWD, dead or alive, and finds out whether they run what was written. */
export class Recovery {
  constructor(private readonly dependencies: RecoveryDependencies) {}

  /**
   * Programs one controller. Ends with exactly one verdict, among them `lost` when it was broken off after the erase.
   * @throws VescError while nothing was changed: no programmer, nothing wired to it, no power
   */
  run(request: RecoveryRequest, hooks: UpdateHooks = {}): Promise<RecoveryResult> {
    return new RecoveryRun(this.dependencies, request, hooks).run();
  }
}
