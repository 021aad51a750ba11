import { isVescError, VescError } from '../base/errors';
import { stampImage } from '../image/buildStamp';
import type { StagedImage } from '../image/stagingHeader';
import { formatLinkAddress } from '../links/linkAddress';
import { fwVersion } from '../protocol/messages/identity';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { writeStaging } from '../protocol/messages/update';
import { takeSnapshot } from '../settings/settingsReader';
import { type RestoredPart, restoreSettings } from '../settings/settingsRestore';
import type { Snapshot } from '../settings/snapshot';
import { probeBootloader } from './bootloaderProbe';
import { type ControllerIdentity, identifyController } from './controllerIdentity';
import type { JournalEntry } from './journal';
import { judge, type Judgement } from './judgement';
import { enableOutputs } from './motorRelease';
import { preflight } from './preflight';
import { RETURN_DEADLINE_MS, type ReturnedController, waitForReturn } from './reconnect';
import { restartThroughBootloader } from './restart';
import { readReturnEvidence } from './returnEvidence';
import { StageTimer } from './stageTimer';
import { type Jump, TargetConnection } from './targetConnection';
import { eraseStaging, isUnreachable, writeFlash } from './upload';
import type { UpdateHooks, UpdateRequest, UpdaterDependencies } from './updater';
import type { UpdateResult, UpdateStage, Verdict } from './verdict';

/** How often a controller that leaves again while it is read is waited for. */
const RETURN_ATTEMPTS = 3;
const IDENTIFY = { timeout_ms: 1000, attempts: 3 } as const;

/**
 * What has been done to the controller so far; decides what a failure means. `probed`: restarted at the most; what
 * the user stored there is all there. `erased`: LispBM and QML code are gone. `released`: its inputs are off too.
 */
type Progressed = 'nothing' | 'probed' | 'erased' | 'released';

/** One run of the update procedure. The steps below stand in their order (design 4). */
export class UpdateRun {
  private readonly timer: StageTimer;
  private readonly signal: AbortSignal;
  private readonly stamped: ReturnType<typeof stampImage>;
  private connection!: TargetConnection;
  private before: ControllerIdentity | undefined;
  private after: ControllerIdentity | undefined;
  private staged: StagedImage | undefined;
  private snapshot: Snapshot | undefined;
  private snapshotPath: string | undefined;
  private restored: readonly RestoredPart[] = [];
  private refusals: readonly VescError[] = [];
  private progressed: Progressed = 'nothing';

  constructor(
    private readonly dependencies: UpdaterDependencies,
    private readonly request: UpdateRequest,
    private readonly hooks: UpdateHooks,
  ) {
    this.timer = new StageTimer(dependencies.clock);
    this.signal = hooks.signal ?? new AbortController().signal;
    this.stamped = stampImage(request.image.bytes, dependencies.sha256);
  }

  async run(): Promise<UpdateResult> {
    this.connection = await TargetConnection.open(this.dependencies.pool, this.request.target, this.signal);
    try {
      const before = await this.identify();
      if (this.runsAlready(before)) return this.end('already-running');
      return await this.update(before);
    } finally {
      this.connection.dispose();
    }
  }

  private async update(before: ControllerIdentity): Promise<UpdateResult> {
    try {
      await this.preflight(before);
      const staged = await this.takeSnapshot(before);
      await this.probe(before);
      await this.stage(before, staged);
    } catch (error) {
      return this.endBeforeCommit(error);
    }
    return this.commit(before);
  }

  private async identify(): Promise<ControllerIdentity> {
    this.report('identify', 0, 'Reading who answers');
    return this.timer.time('identify', async () => {
      this.before = await identifyController(this.connection.endpoint, { ...IDENTIFY, signal: this.signal });
      return this.before;
    });
  }

  private runsAlready(before: ControllerIdentity): boolean {
    const { buildId } = this.stamped;
    return buildId !== undefined && before.firmware.buildId === buildId && this.request.reflash !== true;
  }

  private async preflight(before: ControllerIdentity): Promise<void> {
    this.report('preflight', 0, 'Checking image and controller');
    await this.timer.time('preflight', async () => {
      const values =
        before.hardwareType === 'vesc'
          ? await this.connection.endpoint.request(
              getValuesSelective(['erpm', 'duty', 'voltage_V', 'fault']),
              {
                ...IDENTIFY,
                signal: this.signal,
              },
            )
          : undefined;
      this.refusals = preflight(this.request.image, before, values, this.request);
    });
    const [first] = this.refusals;
    if (first) throw first;
  }

  /** Reads all settings and compresses the image meanwhile, so that its staged size is known before the erase. */
  private async takeSnapshot(before: ControllerIdentity): Promise<StagedImage> {
    const { clock, snapshots } = this.dependencies;
    return this.timer.time('snapshot', async () => {
      const compressing = this.dependencies.stageImage(this.stamped.bytes);
      // The rejection is looked at below, after the settings are safe.
      compressing.catch(() => undefined);
      const { endpoint } = this.connection;
      const version = await endpoint.request(fwVersion(), { ...IDENTIFY, signal: this.signal });
      try {
        this.snapshot = await takeSnapshot(this.connection, version, {
          clock,
          commit: before.firmware.commit,
          signal: this.signal,
          onProgress: (what, fraction) => this.report('snapshot', fraction, `Saving ${what}`),
        });
        this.snapshotPath = await snapshots.save(this.snapshot);
      } catch (error) {
        const overridden = isVescError(error) && (this.request.override?.includes(error.code) ?? false);
        if (!overridden) throw error;
      }
      this.staged = await compressing;
      return this.staged;
    });
  }

  /** Nothing is uploaded to a controller that could never put it in place (design 4.4). */
  private async probe(before: ControllerIdentity): Promise<void> {
    const known = (await this.dependencies.memory.recall(before.uuid)).bootloader;
    if (known?.state === 'proven' || known?.state === 'answers') return;
    this.throwIfCancelled();
    await this.note('staging', before);
    this.progressed = 'probed';
    const answers = await this.timer.time('probe', () =>
      probeBootloader(this.dependencies, this.connection, before, {
        motors: () => this.motors(),
        signal: this.signal,
        onProgress: (fraction) => this.report('probe', fraction, 'Looking for the bootloader'),
      }),
    );
    if (!answers) throw new VescError('bootloader-missing', { hardware: before.hardware });
  }

  private async stage(before: ControllerIdentity, staged: StagedImage): Promise<void> {
    const { clock } = this.dependencies;
    const { endpoint } = this.connection;
    this.throwIfCancelled();
    await this.note('staging', before);
    this.report('erase', 0, 'Erasing the staging area');
    this.progressed = 'erased';
    await this.timer.time('erase', () => eraseStaging(endpoint, staged.bytes.length, this.signal));
    const started = clock.now();
    const total_B = staged.bytes.length;
    await this.timer.time('upload', async (bytes) => {
      const sent_B = await writeFlash(endpoint, writeStaging, staged.bytes, {
        window: this.request.window ?? 1,
        signal: this.signal,
        onProgress: (sent) => {
          const seconds = (clock.now() - started) / 1000;
          const speed = seconds > 0 ? { bytesPerSecond: Math.round(sent / seconds) } : {};
          this.report('upload', sent / total_B, 'Uploading', speed);
        },
      });
      bytes(sent_B);
    });
    this.throwIfCancelled();
  }

  /** Starts the bootloader; from the jump on the user must not cut power, and nothing listens to a cancel. */
  private async commit(before: ControllerIdentity): Promise<UpdateResult> {
    await this.note('committed', before);
    this.progressed = 'released';
    let jump: Jump | undefined;
    let returned: ReturnedController;
    try {
      returned = await restartThroughBootloader(this.dependencies, this.connection, before.uuid, {
        motors: () => this.motors(),
        signal: this.signal,
        cancellable: false,
        onRelease: () => this.report('commit', 0, 'Releasing the motors'),
        onJump: (sent) => {
          jump = sent;
          this.report('commit', 1, 'Starting the bootloader: keep the power on', { cancellable: false });
        },
        onProgress: (fraction) => this.reportReturn(fraction),
        time: (stage, work) => this.timer.time(stage, work),
      });
    } catch (error) {
      return isVescError(error, 'lost') ? this.end('lost', { error }) : this.endBeforeCommit(error);
    }
    return this.proveOrWait(before, jump!, returned);
  }

  /** A controller may leave once more while it is read (its first start restarts it): then it is waited for again. */
  private async proveOrWait(
    before: ControllerIdentity,
    jump: Jump,
    first: ReturnedController,
  ): Promise<UpdateResult> {
    let returned = first;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.prove(before, returned);
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        const { uuid } = before;
        const lost = new VescError('lost', { uuid, waited_s: RETURN_DEADLINE_MS / 1000 }, { cause: error });
        if (attempt === RETURN_ATTEMPTS) return this.end('lost', { error: lost });
        try {
          returned = await this.timer.time('reconnect', () =>
            waitForReturn(this.dependencies, this.connection, uuid, jump, (fraction) =>
              this.reportReturn(fraction),
            ),
          );
        } catch (again) {
          if (!isVescError(again)) throw again;
          return this.end('lost', { error: lost });
        }
      }
    }
  }

  private async prove(before: ControllerIdentity, returned: ReturnedController): Promise<UpdateResult> {
    const { memory, clock } = this.dependencies;
    this.report('prove', 0, 'Reading what runs', { cancellable: false });
    const bootloader = (await memory.recall(before.uuid)).bootloader ?? { state: 'unknown' };
    const judgement: Judgement = await this.timer.time('prove', async () => {
      const { endpoint } = this.connection;
      this.after = await identifyController(endpoint, { ...IDENTIFY, version: returned.version });
      const evidence = await readReturnEvidence(endpoint, returned.version, returned.absence_ms);
      return judge({
        before,
        after: this.after,
        image: this.request.image.identity,
        buildId: this.stamped.buildId,
        returned: evidence,
        compressed: this.staged!.compressed,
        bootloader,
      });
    });
    const since = clock.date().toISOString();
    if (judgement.verdict === 'updated') {
      const decompresses = this.staged!.compressed || bootloader.decompresses === true;
      await memory.remember(before.uuid, { bootloader: { state: 'proven', decompresses, since } });
    } else if (isVescError(judgement.error, 'not-taken')) {
      await memory.remember(before.uuid, { bootloader: { ...bootloader, state: 'suspect', since } });
    }
    await this.restore(before);
    return this.end(judgement.verdict, judgement);
  }

  /** Gives back what the erase and the new image took. The journal stays when something could not be given back. */
  private async restore(before: ControllerIdentity): Promise<void> {
    const { snapshot } = this;
    if (!snapshot) return this.dependencies.journal.clear(before.uuid);
    await this.note('restoring', before);
    this.restored = await this.timer.time('restore', () =>
      restoreSettings(this.connection, snapshot, (what, fraction) =>
        this.report('restore', fraction, `Restoring ${what}`, { cancellable: false }),
      ),
    );
    if (this.restored.every((part) => part.outcome !== 'failed'))
      await this.dependencies.journal.clear(before.uuid);
  }

  /** A failure while the old firmware is still the one that runs. */
  private async endBeforeCommit(error: unknown): Promise<UpdateResult> {
    const cause = this.signal.aborted
      ? new VescError('cancelled', { work: 'The update' }, { cause: error })
      : error;
    if (!isVescError(cause)) throw error;
    if (this.progressed === 'nothing') {
      return this.end(cause.exitStatus === 4 ? 'refused' : 'interrupted', { error: interruption(cause) });
    }
    const { uuid } = this.before!;
    if (this.progressed === 'probed') {
      const silent = isUnreachable(cause) || isVescError(cause, 'probe-silent');
      if (!silent) await this.dependencies.journal.clear(uuid);
      const verdict = isVescError(cause, 'bootloader-missing') ? 'not-taken' : 'interrupted';
      return this.end(verdict, { error: interruption(cause) });
    }
    if (!isUnreachable(cause)) await this.giveBack();
    return this.end('interrupted', { error: interruption(cause) });
  }

  /** After an interruption: what was erased comes back if it can; what cannot is still owed by the journal. */
  private async giveBack(): Promise<void> {
    try {
      if (this.progressed === 'released') await enableOutputs(this.motors());
      await this.restore(this.before!);
    } catch (error) {
      if (!isVescError(error)) throw error;
    }
  }

  private motors() {
    const { endpoint } = this.connection;
    const [, second] = this.snapshot?.motors ?? [];
    return second?.canId === undefined ? [endpoint] : [endpoint, this.connection.node(second.canId)];
  }

  private async note(state: JournalEntry['state'], { uuid, hardware }: ControllerIdentity): Promise<void> {
    const { buildId } = this.stamped;
    await this.dependencies.journal.write({
      uuid,
      hardware,
      state,
      since: this.dependencies.clock.date().toISOString(),
      image: this.request.image.name,
      ...(buildId === undefined ? {} : { buildId }),
      ...(this.snapshotPath === undefined ? {} : { snapshotPath: this.snapshotPath }),
      address: formatLinkAddress(this.request.target.address),
    });
  }

  private throwIfCancelled(): void {
    if (this.signal.aborted) throw new VescError('cancelled', { work: 'The update' });
  }

  private reportReturn(fraction: number): void {
    this.report('reconnect', fraction, 'The bootloader is copying: keep the power on', {
      cancellable: false,
    });
  }

  private report(
    stage: UpdateStage,
    fraction: number,
    message: string,
    more: { bytesPerSecond?: number; cancellable?: boolean } = {},
  ): void {
    this.hooks.onProgress?.({ stage, fraction, message, cancellable: true, ...more });
  }

  private end(
    verdict: Verdict,
    outcome: { error?: VescError; proof?: Judgement['proof'] } = {},
  ): UpdateResult {
    return {
      verdict,
      ...(outcome.proof === undefined ? {} : { proof: outcome.proof }),
      ...(verdict === 'already-running' ? { proof: 'build-identity' as const } : {}),
      ...(this.before ? { before: this.before } : {}),
      ...(this.after ? { after: this.after } : {}),
      ...(this.stamped.buildId === undefined ? {} : { buildId: this.stamped.buildId }),
      stages: this.timer.stages,
      payload_B: this.staged?.payload_B ?? 0,
      raw_B: this.request.image.bytes.length,
      ...(outcome.error ? { error: outcome.error } : {}),
      ...(this.refusals.length > 0 ? { refusals: this.refusals } : {}),
      ...(this.snapshotPath === undefined ? {} : { snapshotPath: this.snapshotPath }),
      restored: this.restored,
      address: this.connection.address,
    };
  }
}

/** A link error in the middle of an update says what that means for the controller. */
function interruption(error: VescError): VescError {
  return isUnreachable(error)
    ? new VescError('link-lost', { reason: error.happened }, { cause: error })
    : error;
}
