import { VescError } from '../base/errors';
import type { StampedImage } from '../image/buildStamp';
import type { StagedImage } from '../image/stagingHeader';
import type { LinkAddress } from '../links/link';
import { formatLinkAddress } from '../links/linkAddress';
import type { BootloaderKnowledge } from '../settings/controllerMemory';
import type { RestoredPart } from '../settings/settingsRestore';
import type { Snapshot } from '../settings/snapshot';
import type { ControllerIdentity } from './controllerIdentity';
import type { JournalEntry } from './journal';
import type { Owed } from './owedSettings';
import { StageTimer } from './stageTimer';
import type { UpdateHooks, UpdateProgress, UpdateRequest, UpdaterDependencies } from './updater';
import type { Proof, UpdateResult, UpdateStage, Verdict } from './verdict';

/** What is known of one update as it goes on: for its result, its journal and those who watch. */
export class UpdateRecord {
  readonly timer: StageTimer;
  /** The controller as it was before; set as soon as it is known who it is, which everything below needs. */
  controller!: ControllerIdentity;
  after: ControllerIdentity | undefined;
  staged: StagedImage | undefined;
  snapshot: Snapshot | undefined;
  snapshotPath: string | undefined;
  /** From an update that was left half-way. */
  owed: Owed | undefined;
  restored: readonly RestoredPart[] = [];
  unpaid: VescError | undefined;
  refusals: readonly VescError[] = [];

  constructor(
    private readonly dependencies: UpdaterDependencies,
    private readonly request: UpdateRequest,
    private readonly hooks: UpdateHooks,
    private readonly stamped: StampedImage,
  ) {
    this.timer = new StageTimer(dependencies.clock);
  }

  /** Tells those who watch. */
  report(
    stage: UpdateStage,
    fraction: number,
    message: string,
    more: Partial<Pick<UpdateProgress, 'bytesPerSecond' | 'cancellable'>> = {},
  ): void {
    this.hooks.onProgress?.({ stage, fraction, message, cancellable: true, ...more });
  }

  /** The same from the jump to the return, when power must not be cut. */
  reportCommitted(stage: UpdateStage, fraction: number, message: string): void {
    this.report(stage, fraction, message, { cancellable: false });
  }

  /**
   * Writes down where the update stands, for the next start of the program.
   * @throws VescError `data-unwritable`
   */
  async note(state: JournalEntry['state']): Promise<void> {
    const { uuid, hardware } = this.controller;
    const { buildId } = this.stamped;
    const entry: JournalEntry = {
      uuid,
      hardware,
      // Settings that were owed before are owed until they are given back.
      state: state === 'staging' && this.owed?.settings ? 'restoring' : state,
      since: this.dependencies.clock.date().toISOString(),
      image: this.request.image.name,
      ...(buildId === undefined ? {} : { buildId }),
      ...(this.snapshotPath === undefined ? {} : { snapshotPath: this.snapshotPath }),
      address: formatLinkAddress(this.request.target.address),
    };
    await this.dependencies.journal.write(entry).catch(unwritable);
  }

  /** What was taken, and lies at `snapshotPath`, could not be given back because of `cause`. */
  owe(cause: VescError, snapshotPath: string): void {
    const since = this.owed?.since ?? this.dependencies.clock.date().toISOString();
    this.unpaid = new VescError('settings-owed', { since, snapshotPath, reason: cause.happened }, { cause });
  }

  /** The update is over and nothing is owed. */
  forget(): Promise<void> {
    return keep(this.dependencies.journal.clear(this.controller.uuid));
  }

  async recallBootloader(): Promise<BootloaderKnowledge> {
    const { bootloader } = await this.dependencies.memory.recall(this.controller.uuid);
    return bootloader ?? { state: 'unknown' };
  }

  rememberBootloader(knowledge: BootloaderKnowledge): Promise<void> {
    const since = this.dependencies.clock.date().toISOString();
    const bootloader = { ...knowledge, since };
    return keep(this.dependencies.memory.remember(this.controller.uuid, { bootloader }));
  }

  result(
    verdict: Verdict,
    outcome: { error?: VescError; proof?: Proof },
    address: LinkAddress,
  ): UpdateResult {
    const { controller, after, snapshotPath, refusals, staged, unpaid } = this;
    const { buildId } = this.stamped;
    return {
      verdict,
      ...(outcome.proof === undefined ? {} : { proof: outcome.proof }),
      before: controller,
      ...(after ? { after } : {}),
      ...(buildId === undefined ? {} : { buildId }),
      stages: this.timer.stages,
      payload_B: staged?.payload_B ?? 0,
      raw_B: this.request.image.bytes.length,
      ...(outcome.error ? { error: outcome.error } : {}),
      ...(refusals.length > 0 ? { refusals } : {}),
      ...(snapshotPath === undefined ? {} : { snapshotPath }),
      restored: this.restored,
      ...(unpaid ? { unpaid } : {}),
      address,
    };
  }
}

/** A full disk before the erase is a reason to refuse. */
export function unwritable(error: unknown): never {
  throw new VescError('data-unwritable', { reason: (error as Error).message }, { cause: error });
}

/** What is only remembered may fail: it must not take the verdict away. */
export async function keep(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
