import { ExitStatus, type VescError } from '../base/errors';
import type { LinkAddress } from '../links/link';
import type { RestoredPart } from '../settings/settingsRestore';
import type { ControllerIdentity } from './controllerIdentity';

/** Exactly one ends every update (design 4.3). */
export type Verdict =
  'updated' | 'already-running' | 'unproven' | 'not-taken' | 'refused' | 'interrupted' | 'lost';

/** What showed that the new firmware runs, strongest first. */
export type Proof = 'build-identity' | 'read-back' | 'app-crc' | 'commit' | 'version';

/** The parts of an update, in their order. */
export const UPDATE_STAGES = [
  'identify',
  'preflight',
  'snapshot',
  'probe',
  'erase',
  'upload',
  'commit',
  'reconnect',
  'prove',
  'restore',
] as const;
/** `verify` is there only over SWD: what was written is read back. */
export type UpdateStage = (typeof UPDATE_STAGES)[number] | 'verify';

/** How long a stage took, and how many bytes it moved. */
export interface StageTime {
  readonly stage: UpdateStage;
  readonly duration_ms: number;
  readonly bytes?: number;
}

/** What an update came to. */
export interface UpdateResult {
  readonly verdict: Verdict;
  readonly proof?: Proof;
  readonly before?: ControllerIdentity;
  readonly after?: ControllerIdentity;
  /** The identity stamped into the image; absent when it carries none. */
  readonly buildId?: string;
  readonly stages: readonly StageTime[];
  /** Bytes that had to be sent, and bytes they stand for. */
  readonly payload_B: number;
  readonly raw_B: number;
  /** Why it did not end well. */
  readonly error?: VescError;
  /** All that preflight found, when it refused. */
  readonly refusals?: readonly VescError[];
  /** Where the settings lie that were read before. */
  readonly snapshotPath?: string;
  readonly restored: readonly RestoredPart[];
  /** Why what this update or one before it took could not be given back as a whole (`settings-owed`). */
  readonly unpaid?: VescError;
  /** Where the controller was last reached; a USB port may have another name after a restart. */
  readonly address: LinkAddress;
}

/** What an update came to, wherever that was. */
export type UpdateOutcome = Omit<UpdateResult, 'address'>;

const EXIT_STATUS: Record<Verdict, ExitStatus> = {
  updated: ExitStatus.ok,
  'already-running': ExitStatus.ok,
  unproven: ExitStatus.unproven,
  'not-taken': ExitStatus.notTaken,
  refused: ExitStatus.refused,
  interrupted: ExitStatus.interrupted,
  lost: ExitStatus.lost,
};

/** The command line's exit status for a verdict. */
export function verdictExitStatus(verdict: Verdict): ExitStatus {
  return EXIT_STATUS[verdict];
}
