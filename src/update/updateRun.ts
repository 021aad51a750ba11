import { isVescError, VescError } from '../base/errors';
import { appCrc } from '../image/appCrc';
import { type StampedImage, stampImage } from '../image/buildStamp';
import type { StagedImage } from '../image/stagingHeader';
import type { Endpoint } from '../links/endpoint';
import { silenceIs } from '../links/silence';
import { lispImageVersion } from '../protocol/messages/codeStorage';
import type { FirmwareVersion } from '../protocol/messages/identity';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { atLeast } from '../protocol/version';
import { findSecondMotor } from '../settings/secondMotor';
import { takeSnapshot } from '../settings/settingsReader';
import { type RestoredPart, restoreSettings } from '../settings/settingsRestore';
import { storedCanId } from '../settings/snapshot';
import { probeBootloader } from './bootloaderProbe';
import { type ControllerIdentity, identifyController, readIdentity } from './controllerIdentity';
import { type Evidence, judge, type Judgement } from './judgement';
import { addOwed, lookForOwed, type Owed, owedPart } from './owedSettings';
import { preflight } from './preflight';
import { lostError, type ReturnedController, waitForReturn } from './reconnect';
import { restartThroughBootloader } from './restart';
import { classifyReturn, readReturnEvidence } from './returnEvidence';
import { requireStandstill } from './standstill';
import { uploadStaged } from './staging';
import { TargetConnection } from './targetConnection';
import { keep, UpdateRecord, unwritable } from './updateRecord';
import type { SharedUpdate, UpdateHooks, UpdateRequest, UpdaterDependencies } from './updater';
import { isUnreachable } from './upload';
import type { Jump } from './uptime';
import type { UpdateResult, Verdict } from './verdict';

/** How often a controller that leaves again while it is read is waited for. */
const RETURN_ATTEMPTS = 3;
const IDENTIFY = { timeout_ms: 1000, attempts: 3 } as const;
/** LispBM has to start, and drops what is asked less than 0.5 s after the last question (facts 2.8). */
const CRC_ANSWER = { timeout_ms: 2000, attempts: 3 } as const;
const KEEP_POWER_ON = 'The bootloader is copying: keep the power on';

/**
 * What has been done to the controller so far; decides what a failure means. `probed`: restarted at the most; what
 * the user stored there is all there. `erased`: LispBM and QML code are gone.
 */
type Progressed = 'nothing' | 'probed' | 'erased';

/** One run of the update procedure. The steps below stand in their order (design 4). */
export class UpdateRun {
  private readonly signal: AbortSignal;
  private readonly stamped: StampedImage;
  private readonly record: UpdateRecord;
  private connection!: TargetConnection;
  private progressed: Progressed = 'nothing';
  /** As it was told first. */
  private version!: FirmwareVersion;
  /** CAN id of a second motor, where no snapshot tells it. */
  private secondMotor: number | undefined;

  constructor(
    private readonly dependencies: UpdaterDependencies,
    private readonly request: UpdateRequest,
    hooks: UpdateHooks,
    private readonly shared?: SharedUpdate,
  ) {
    this.signal = hooks.signal ?? new AbortController().signal;
    this.stamped = stampImage(request.image.bytes, dependencies.sha256);
    this.record = new UpdateRecord(dependencies, request, hooks, this.stamped);
  }

  async run(): Promise<UpdateResult> {
    const { pool } = this.dependencies;
    this.connection = await TargetConnection.open(
      pool,
      this.request.target,
      this.signal,
      this.shared?.claims,
    ).catch(this.cancelled);
    try {
      const before = await this.identify().catch(this.cancelled);
      if (this.isSame(before) && this.request.reflash !== true) {
        await this.payBack();
        return this.end('already-running', { proof: 'build-identity' });
      }
      return await this.update().catch(this.lost);
    } finally {
      this.connection.dispose();
    }
  }

  private async update(): Promise<UpdateResult> {
    let restart: { jump: Jump; returned: ReturnedController };
    try {
      // It takes a while, and nothing before the erase has to wait for it.
      const compressing = this.dependencies.stageImage(this.stamped.bytes);
      compressing.catch(() => undefined);
      await this.preflight();
      const staged = await this.takeSnapshot(compressing);
      await this.probe();
      await this.stage(staged);
      restart = await this.commit();
    } catch (error) {
      if (isVescError(error, 'lost')) throw error;
      return this.endBeforeCommit(error);
    }
    const judgement = await this.proveOrWait(restart.jump, restart.returned);
    await this.giveBack();
    return this.end(judgement.verdict, judgement);
  }

  private identify(): Promise<ControllerIdentity> {
    this.record.report('identify', 0, 'Reading who answers');
    return this.record.timer.time('identify', async () => {
      const options = { ...IDENTIFY, signal: this.signal };
      const { identity, version } = await readIdentity(this.connection.endpoint, options);
      this.record.controller = identity;
      this.version = version;
      return identity;
    });
  }

  /** Is this very build what ran before? */
  private isSame(before: ControllerIdentity): boolean {
    const { buildId } = this.stamped;
    return buildId !== undefined && before.firmware.buildId === buildId;
  }

  private async preflight(): Promise<void> {
    const { record, request } = this;
    record.report('preflight', 0, 'Checking image and controller');
    await record.timer.time('preflight', async () => {
      const isVesc = record.controller.hardwareType === 'vesc';
      const read = getValuesSelective(['erpm', 'duty', 'voltage_V', 'fault']);
      const options = { ...IDENTIFY, signal: this.signal };
      const values = isVesc ? await this.connection.endpoint.request(read, options) : undefined;
      record.refusals = preflight(
        { ...request.image, stamp: this.stamped.stamp },
        record.controller,
        values,
        request,
      );
    });
    const [first] = record.refusals;
    if (first) throw first;
  }

  /** Reads all settings while the image is compressed: its staged size is known before the erase. */
  private takeSnapshot(compressing: Promise<StagedImage>): Promise<StagedImage> {
    const { record } = this;
    return record.timer.time('snapshot', async () => {
      try {
        await this.saveSettings();
      } catch (error) {
        const overridden = this.request.override?.includes('snapshot-failed') ?? false;
        if (!isVescError(error, 'snapshot-failed') || !overridden) throw error;
        this.secondMotor = await this.findSecondMotor();
      }
      record.staged = await compressing;
      return record.staged;
    });
  }

  /** What is there, and what an earlier update owes, is what has to be there afterwards. */
  private async saveSettings(): Promise<void> {
    const { record, connection, signal } = this;
    const { clock, snapshots } = this.dependencies;
    record.owed = await this.lookForOwed();
    // Where what is there cannot be read, what is owed stays owed.
    record.snapshot = record.owed && owedPart(record.owed);
    record.snapshotPath = record.owed?.path;
    const present = await takeSnapshot(connection, this.version, {
      clock,
      secondMotor: this.request.target.secondMotor,
      commit: record.controller.firmware.commit,
      signal,
      onProgress: (what, fraction) => record.report('snapshot', fraction, `Saving ${what}`),
    });
    const { snapshot, unpaid } = record.owed
      ? await addOwed(connection, present, record.owed)
      : { snapshot: present };
    record.unpaid ??= unpaid;
    record.snapshot = snapshot;
    record.snapshotPath = await snapshots.save(record.snapshot).catch(unwritable);
  }

  private async findSecondMotor(): Promise<number | undefined> {
    const { secondMotor = await findSecondMotor(this.connection, this.record.controller.uuid, this.signal) } =
      this.request.target;
    return secondMotor === 'none' ? undefined : secondMotor;
  }

  /** There is nothing to update; what an earlier update owes can be given back all the same. */
  private async payBack(): Promise<void> {
    const { record } = this;
    const { journal } = this.dependencies;
    const { uuid } = record.controller;
    const owed = await this.lookForOwed();
    // What nobody can give back any more was told.
    if (record.unpaid) return keep(journal.clear(uuid));
    // An update that was given up as lost has come to its end all the same.
    if (!owed) return keep(journal.settle(uuid, 'committed'));
    try {
      await record.timer.time('snapshot', () => this.saveSettings());
      // The firmware lets go of a motor to store settings, and LispBM code may drive one.
      for (const motor of this.motors()) await requireStandstill(motor);
    } catch (error) {
      const cause = this.signal.aborted ? this.cancellation(error) : error;
      if (!isVescError(cause)) throw error;
      // What was read just now is not what is owed.
      record.snapshotPath = owed.path;
      return record.owe(cause, owed.path);
    }
    await this.giveBack();
  }

  /** What an earlier update owes. What cannot be found any more is told, and no reason to stop. */
  private async lookForOwed(): Promise<Owed | undefined> {
    const { journal, snapshots } = this.dependencies;
    const { owed, unpaid } = await lookForOwed(journal, snapshots, this.record.controller.uuid);
    this.record.unpaid = unpaid;
    return owed;
  }

  /** Nothing is uploaded to a controller that could never put it in place (design 4.4). */
  private async probe(): Promise<void> {
    const { record, signal } = this;
    const { state } = await record.recallBootloader();
    if (state === 'proven' || state === 'answers') return;
    this.throwIfCancelled();
    await record.note('staging');
    this.progressed = 'probed';
    const answers = await record.timer.time('probe', () =>
      probeBootloader(this.dependencies, this.connection, record.controller, {
        motors: () => this.motors(),
        signal,
        onProgress: (fraction) => record.report('probe', fraction, 'Looking for the bootloader'),
      }),
    );
    if (!answers) throw new VescError('bootloader-missing', { hardware: record.controller.hardware });
  }

  private async stage(staged: StagedImage): Promise<void> {
    const { record, signal, dependencies, request, shared } = this;
    this.throwIfCancelled();
    await record.note('staging');
    this.progressed = 'erased';
    const { endpoint } = this.connection;
    await uploadStaged(dependencies, record, { endpoint, staged, request, shared, signal });
    this.throwIfCancelled();
  }

  /** Starts the bootloader; from the jump on the user must not cut power, and nothing listens to a cancel. */
  private async commit(): Promise<{ jump: Jump; returned: ReturnedController }> {
    const { record, signal, shared } = this;
    if (shared) {
      record.report('upload', 1, 'Uploaded; it waits for its turn');
      await shared.turn();
      this.throwIfCancelled();
    }
    await record.note('committed');
    let jump: Jump | undefined;
    const returned = await restartThroughBootloader(
      this.dependencies,
      this.connection,
      record.controller.uuid,
      {
        motors: () => this.motors(),
        signal,
        cancellable: false,
        onRelease: () => record.report('commit', 0, 'Releasing the motors'),
        onJump: (sent) => {
          jump = sent;
          record.reportCommitted('commit', 1, 'Starting the bootloader: keep the power on');
        },
        onProgress: (fraction) => record.reportCommitted('reconnect', fraction, KEEP_POWER_ON),
        time: (stage, work) => record.timer.time(stage, work),
      },
    );
    return { jump: jump!, returned };
  }

  /**
   * A controller may leave once more while it is read (its first start restarts it): then it is waited for again.
   * @throws VescError `lost`
   */
  private async proveOrWait(jump: Jump, first: ReturnedController): Promise<Judgement> {
    const { record } = this;
    const { uuid } = record.controller;
    let returned = first;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.prove(returned);
      } catch (error) {
        if (!isVescError(error)) throw error;
        if (attempt === RETURN_ATTEMPTS) throw lostError(uuid, error);
      }
      returned = await record.timer.time('reconnect', () =>
        waitForReturn(this.dependencies, this.connection, uuid, jump, (fraction) =>
          record.reportCommitted('reconnect', fraction, KEEP_POWER_ON),
        ),
      );
    }
  }

  private async prove(returned: ReturnedController): Promise<Judgement> {
    const { record } = this;
    const { endpoint } = this.connection;
    const { compressed } = record.staged!;
    record.reportCommitted('prove', 0, 'Reading what runs');
    const bootloader = await record.recallBootloader();
    const again = this.isSame(record.controller);
    // What runs now and did not before shows that it was copied; else the way it came back has to.
    let copied = true;
    const judgement = await record.timer.time('prove', async () => {
      const after = await identifyController(endpoint, {
        ...IDENTIFY,
        version: returned.version,
        tellsSource: record.controller.firmware.commit !== undefined,
      });
      record.after = after;
      const evidence: { -readonly [K in keyof Evidence]: Evidence[K] } = {
        before: record.controller,
        after,
        image: this.request.image.identity,
        buildId: this.stamped.buildId,
        returned: { absence_ms: undefined, watchdogFault: false, resetFlags: undefined },
        compressed,
        bootloader,
      };
      const identified = judge(evidence);
      // How it came back matters only where what runs does not show it.
      if (identified.verdict === 'updated' && !again) return identified;
      evidence.returned = await readReturnEvidence(endpoint, this.dependencies.clock, returned);
      copied = classifyReturn(evidence.returned) === 'copied';
      const first = judge(evidence);
      const crc = first.verdict === 'unproven' ? await this.compareCrc(after) : undefined;
      return crc ? judge({ ...evidence, crc }) : first;
    });
    if (judgement.verdict === 'updated' && copied) {
      const decompresses = compressed || bootloader.decompresses === true;
      await record.rememberBootloader({ state: 'proven', decompresses });
    } else if (isVescError(judgement.error, 'not-taken')) {
      await record.rememberBootloader({ ...bootloader, state: 'suspect' });
    }
    return judgement;
  }

  /** The CRC of what runs beside that of the image, when the user wants it and the firmware tells. */
  private async compareCrc({ firmware }: ControllerIdentity): Promise<Evidence['crc']> {
    if (this.request.proveByCrc !== true || !atLeast(firmware, 6, 6)) return undefined;
    const running = await silenceIs(
      this.connection.endpoint.request(lispImageVersion(), CRC_ANSWER),
      undefined,
    );
    return running === undefined ? undefined : { running, image: appCrc(this.stamped.bytes) };
  }

  /**
   * Gives back what the erase and the new image took. What cannot be given back is still owed: the journal keeps it,
   * and the verdict stays what it is.
   */
  private async giveBack(): Promise<void> {
    const { record } = this;
    const { snapshot, snapshotPath } = record;
    if (!snapshot || snapshotPath === undefined) return record.forget();
    const restore = (): Promise<RestoredPart[]> =>
      record.timer.time('restore', () =>
        restoreSettings(this.connection, snapshot, (what, fraction) =>
          record.reportCommitted('restore', fraction, `Restoring ${what}`),
        ),
      );
    try {
      // With a full disk the settings go back all the same.
      await keep(record.note('restoring'));
      record.restored = await restore();
      if (record.restored.some(({ outcome }) => outcome === 'failed')) {
        // With its app configuration a node, or a second motor, may have got another CAN id back.
        if (snapshot.motors.length > 0) await this.connection.follow(storedCanId(snapshot));
        record.restored = await restore();
      }
    } catch (error) {
      if (!isVescError(error)) throw error;
      return record.owe(error, snapshotPath);
    }
    if (record.restored.every((part) => part.outcome !== 'failed')) await record.forget();
  }

  /** A failure while the old firmware is still the one that runs. */
  private async endBeforeCommit(error: unknown): Promise<UpdateResult> {
    const cause = this.signal.aborted ? this.cancellation(error) : error;
    if (!isVescError(cause)) throw error;
    // A silent second motor is not a controller that is gone.
    const other = isVescError(cause, 'can-node-silent') && this.request.target.canId === undefined;
    const silent = (isUnreachable(cause) && !other) || isVescError(cause, 'probe-silent');
    switch (this.progressed) {
      case 'nothing':
        return this.end(cause.exitStatus === 4 ? 'refused' : 'interrupted', { error: cause });
      case 'probed': {
        if (!silent) await (this.record.owed ? this.giveBack() : this.record.forget());
        const missing = isVescError(cause, 'bootloader-missing');
        return this.end(missing ? 'not-taken' : 'interrupted', { error: cause });
      }
      default: {
        if (!silent) await this.giveBack();
        const lost = new VescError('link-lost', { reason: cause.happened }, { cause });
        return this.end('interrupted', { error: silent ? lost : cause });
      }
    }
  }

  private motors(): Endpoint[] {
    const { endpoint } = this.connection;
    // A snapshot that an earlier update owes may name an id that is not the motor's any more.
    const second = this.secondMotor ?? this.record.snapshot?.motors[1]?.canId;
    return second === undefined ? [endpoint] : [endpoint, this.connection.node(second)];
  }

  private throwIfCancelled(): void {
    if (this.signal.aborted) throw this.cancellation();
  }

  /** A user cancels; another controller on the bus that failed stops the rest, and says so. */
  private cancellation(cause?: unknown): VescError {
    const reason: unknown = this.signal.reason;
    return isVescError(reason, 'bus-stopped')
      ? reason
      : new VescError('cancelled', { work: 'The update' }, { cause });
  }

  /** Before there is a verdict a cancel is an error like any other. */
  private readonly cancelled = (error: unknown): never => {
    this.throwIfCancelled();
    throw error;
  };

  /** Past the jump one that does not come back is all that may go wrong. */
  private readonly lost = (error: unknown): UpdateResult => {
    if (!isVescError(error, 'lost')) throw error;
    return this.end('lost', { error });
  };

  private end(verdict: Verdict, outcome: { error?: VescError; proof?: Judgement['proof'] }): UpdateResult {
    const { error, proof } = outcome;
    const known = { ...(error ? { error } : {}), ...(proof ? { proof } : {}) };
    return this.record.result(verdict, known, this.connection.address);
  }
}
