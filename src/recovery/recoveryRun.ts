import { ExitStatus, isVescError, VescError } from '../base/errors';
import { checkBootloader } from '../image/bootloaderFile';
import { type StampedImage, stampImage } from '../image/buildStamp';
import { APP_SIZE } from '../image/flashMap';
import { checkImage } from '../image/imageFile';
import { readIdentity } from '../image/imageIdentity';
import { findController, type FoundController } from '../links/finder';
import type { LinkAddress } from '../links/link';
import { restoreSettings } from '../settings/settingsRestore';
import { type ControllerIdentity, identifyController } from '../update/controllerIdentity';
import type { JournalEntry } from '../update/journal';
import type { Judgement } from '../update/judgement';
import { lookForOwed, type Owed, owedPart } from '../update/owedSettings';
import { sameHardware } from '../update/sameHardware';
import { StageTimer } from '../update/stageTimer';
import { TargetConnection } from '../update/targetConnection';
import { keep, unwritable } from '../update/updateRecord';
import type { UpdateHooks } from '../update/updater';
import { isUnreachable } from '../update/upload';
import type { Proof, UpdateStage, Verdict } from '../update/verdict';
import { type FlashPlan, planFlash } from './flashPlan';
import { judgeRecovered } from './judgeRecovered';
import { LiveController, type SavedSettings } from './liveController';
import type { Chip } from './programmer';
import type { RecoveryDependencies, RecoveryRequest, RecoveryResult } from './recovery';

const IDENTIFY = { timeout_ms: 1000, attempts: 2 } as const;
/** Two boots of 5 to 6 s (facts 3.10, 13), and as much again for a USB port that is slow to appear. */
const RETURN_DEADLINE_MS = 60_000;
const EXPECTED_RETURN_MS = 7_000;
/** It restarts once by itself when its firmware is new; whoever asked in that moment asks again. */
const RETURN_ATTEMPTS = 3;
/** Once the flash is erased nothing is cancelled. */
const STEADFAST = new AbortController().signal;

interface Outcome {
  readonly error?: VescError;
  readonly proof?: Proof;
}

/** One run of a recovery. The steps below stand in their order. */
export class RecoveryRun {
  private readonly signal: AbortSignal;
  private readonly stamped: StampedImage;
  private readonly timer: StageTimer;
  /** The controller before, when it is not dead. */
  private live: LiveController | undefined;
  private saved: SavedSettings | undefined;
  /** With the controller afterwards. */
  private connection: TargetConnection | undefined;
  private after: ControllerIdentity | undefined;
  private uuid: string | undefined;
  private backupPath: string | undefined;
  private plan: FlashPlan | undefined;
  private restored: RecoveryResult['restored'] = [];
  /** By an update that was left half-way. */
  private owed: Owed | undefined;
  private unpaid: VescError | undefined;
  private refusals: readonly VescError[] = [];
  private address: LinkAddress | undefined;
  /** From the first erased byte on there is no firmware until all is written. */
  private erased = false;

  constructor(
    private readonly dependencies: RecoveryDependencies,
    private readonly request: RecoveryRequest,
    private readonly hooks: UpdateHooks,
  ) {
    this.signal = hooks.signal ?? new AbortController().signal;
    this.stamped = stampImage(request.image.bytes, dependencies.sha256);
    this.timer = new StageTimer(dependencies.clock);
  }

  async run(): Promise<RecoveryResult> {
    let chip: Chip | undefined;
    try {
      this.checkFiles();
      this.live = await this.timer.time('identify', () => this.lookWhoAnswers());
      if (this.runsAlready()) return this.end('already-running', { proof: 'build-identity' });
      if (this.live) await this.prepare(this.live);
      chip = await this.timer.time('identify', () => this.takeHold());
      await this.timer.time('snapshot', () => this.lookIntoFlash(chip!));
      await this.program(chip);
      await this.timer.time('commit', () => this.restart(chip!));
      return await this.proveOrWait();
    } catch (error) {
      return this.endBroken(error);
    } finally {
      await chip?.release();
      this.live?.dispose();
      this.connection?.dispose();
    }
  }

  /** What can be said against the files alone. */
  private checkFiles(): void {
    const { image, bootloader } = this.request;
    const found = [
      ...checkImage(image),
      ...(this.stamped.stamp === 'altered' ? [new VescError('image-altered', { file: image.name })] : []),
      ...(bootloader ? checkBootloader(bootloader.bytes, bootloader.name) : []),
    ];
    this.refuse(found);
  }

  private async lookWhoAnswers(): Promise<LiveController | undefined> {
    const { target } = this.request;
    if (!target) return undefined;
    this.report('identify', 0, 'Looking whether the controller answers');
    return LiveController.find(this.dependencies, target, this.signal);
  }

  private runsAlready(): boolean {
    const { buildId } = this.stamped;
    const { reflash, bootloader } = this.request;
    const same = buildId !== undefined && this.live?.identity.firmware.buildId === buildId;
    return same && reflash !== true && bootloader === undefined;
  }

  /** Checks and saves what can be checked and saved of a controller that is not dead at all. */
  private async prepare(live: LiveController): Promise<void> {
    const { signal, timer } = this;
    this.report('preflight', 0, 'Checking image and controller');
    this.refuse(await timer.time('preflight', () => live.refusals(this.request, this.stamped, signal)));
    await this.lookForOwed(live.identity.uuid);
    // Where what is there cannot be read, what is owed stays owed.
    if (this.owed) this.saved = { snapshot: owedPart(this.owed), path: this.owed.path };
    try {
      this.saved = await timer.time('snapshot', () =>
        live.saveSettings(
          this.owed,
          (what, fraction) => this.report('snapshot', fraction, `Saving ${what}`),
          signal,
        ),
      );
      this.unpaid ??= this.saved.unpaid;
    } catch (error) {
      const overridden = isVescError(error) && (this.request.override?.includes(error.code) ?? false);
      if (!overridden) throw error;
    }
    await live.release(signal);
    // Its processor will stand still: nobody can talk to it.
    live.dispose();
  }

  private async takeHold(): Promise<Chip> {
    const { programmer, unlock } = this.request;
    this.report('identify', 0.5, `Connecting to the chip through ${programmer.name}`);
    const chip = await programmer.connect(this.signal);
    try {
      this.uuid = chip.facts.uuid;
      const there = this.live?.identity.uuid ?? this.uuid;
      if (there !== this.uuid) {
        throw new VescError('swd-other-controller', { chip: this.uuid, there, address: this.live!.place });
      }
      if (chip.facts.protection === 'level-2') throw new VescError('swd-locked-for-good', {});
      if (chip.facts.protection === 'level-1') {
        if (unlock !== true) throw new VescError('swd-locked', {});
        if (!chip.unlock) throw new VescError('swd-cannot-unlock', { via: programmer.name });
        this.signal.throwIfAborted();
        await this.beginErase();
        this.report('identify', 0.7, 'Unlocking the chip, which erases it', false);
        await chip.unlock();
      }
      return chip;
    } catch (error) {
      await chip.release();
      throw error;
    }
  }

  /** Reads the flash out, as far as that is wanted or needed, and decides what is written. */
  private async lookIntoFlash(chip: Chip): Promise<void> {
    const { request, dependencies } = this;
    const { bootloader, keepSettings = false, image } = request;
    const isNeeded = chip.erasesAll && (bootloader === undefined || keepSettings);
    let flash: Uint8Array | undefined;
    // One that was unlocked is blank.
    if (!this.erased && (request.backup !== false || isNeeded)) {
      const onFraction = (fraction: number): void =>
        this.report('snapshot', fraction, 'Reading the whole flash');
      flash = await chip.readFlash(onFraction, this.signal);
    }
    if (flash && request.backup !== false) {
      const time = dependencies.clock.date().toISOString().replace(/[:.]/g, '-');
      this.backupPath = await dependencies
        .saveBackup(`${this.uuid}-${time}.bin`, flash)
        .catch((error: unknown) => unwritable(error));
    }
    if (flash) this.checkHardware(flash);
    this.plan = planFlash({
      app: this.stamped.bytes,
      bootloader: bootloader?.bytes,
      before: flash,
      keepSettings,
      erasesAll: chip.erasesAll,
    });
    if (!this.erased) this.signal.throwIfAborted();
    this.report('snapshot', 1, `${image.name} is to be written`);
  }

  /** A dead controller does not say what it is, but what is left of its firmware may. */
  private checkHardware(flash: Uint8Array): void {
    const { image, overrideHardware } = this.request;
    const found = readIdentity(flash.subarray(0, APP_SIZE)).hardware;
    const wanted = image.identity.hardware;
    if (found === undefined || wanted === undefined || sameHardware(found, wanted)) return;
    if (overrideHardware === found) return;
    this.refuse([new VescError('wrong-hardware', { image: wanted, controller: found })]);
  }

  /** From here on there is no firmware until all is written, and nothing is cancelled. */
  private async beginErase(): Promise<void> {
    if (this.erased) return;
    if (this.live) await this.note(this.live);
    this.erased = true;
  }

  private async program(chip: Chip): Promise<void> {
    const { parts } = this.plan!;
    const total_B = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const { clock } = this.dependencies;
    let current: { readonly stage: UpdateStage; readonly since_ms: number } | undefined;
    const finish = (): void => {
      if (current) this.timer.add(current.stage, clock.now() - current.since_ms, total_B);
    };
    const show = (stage: UpdateStage, message: string) => (fraction: number) => {
      if (current?.stage !== stage) {
        finish();
        current = { stage, since_ms: clock.now() };
      }
      const seconds = (clock.now() - current.since_ms) / 1000;
      const speed = seconds > 0 ? { bytesPerSecond: Math.round((total_B * fraction) / seconds) } : {};
      this.hooks.onProgress?.({ stage, fraction, message, cancellable: false, ...speed });
    };
    await chip
      .program(parts, {
        onStart: () => this.beginErase(),
        onErase: show('erase', 'Erasing the flash'),
        onWrite: show('upload', 'Writing the flash'),
        onVerify: show('verify', 'Reading back what was written'),
      })
      .finally(finish);
    await keep(
      this.dependencies.memory.remember(this.uuid!, {
        ...(this.plan!.bootloader === 'written' ? { bootloader: { state: 'unknown' } } : {}),
      }),
    );
  }

  private async restart(chip: Chip): Promise<void> {
    this.report('commit', 0, 'Starting the controller over', false);
    await chip.restart();
  }

  /** The chip's own number tells which of all the controllers around is the one that was programmed. */
  private async proveOrWait(): Promise<RecoveryResult> {
    const { clock } = this.dependencies;
    const started_ms = clock.now();
    for (let attempt = 1; ; attempt++) {
      try {
        const found = await this.timer.time('reconnect', () => this.find(started_ms));
        const judgement = await this.timer.time('prove', () => this.prove(found));
        if (judgement.verdict === 'updated') await this.giveBack(this.connection!);
        return this.end(judgement.verdict, judgement);
      } catch (error) {
        if (!isUnreachable(error) || attempt === RETURN_ATTEMPTS) throw this.silent(error);
        // Over a link that stayed open it would keep out whoever looks again.
        this.connection?.dispose();
      }
    }
  }

  private find(started_ms: number): Promise<FoundController> {
    const { target } = this.request;
    const { clock, pool, candidates } = this.dependencies;
    return findController({
      pool,
      clock,
      uuid: this.uuid!,
      ...(target?.canId === undefined ? {} : { canId: target.canId }),
      candidates: async () => [...(target ? [target.address] : []), ...(await candidates())],
      deadline_ms: Math.max(0, started_ms + RETURN_DEADLINE_MS - clock.now()),
      onTry: () => {
        const fraction = Math.min(0.99, (clock.now() - started_ms) / EXPECTED_RETURN_MS);
        this.report('reconnect', fraction, 'Waiting for the controller to answer', false);
      },
    });
  }

  private silent(cause: unknown): unknown {
    if (!isVescError(cause, 'controller-not-found') && !isUnreachable(cause)) return cause;
    const waited_s = RETURN_DEADLINE_MS / 1000;
    return new VescError('recovered-silent', { waited_s, uuid: this.uuid! }, { cause });
  }

  private async prove({ lease, version }: FoundController): Promise<Judgement> {
    const { address } = lease.session;
    const canId = this.request.target?.canId;
    try {
      const there = { address, ...(canId === undefined ? {} : { canId }) };
      this.connection = await TargetConnection.open(this.dependencies.pool, there, STEADFAST);
    } finally {
      lease.dispose();
    }
    this.address = address;
    this.report('prove', 0, 'Reading what runs', false);
    this.after = await identifyController(this.connection.endpoint, { ...IDENTIFY, version });
    return judgeRecovered(this.after, this.request.image.identity, this.stamped.buildId);
  }

  private async lookForOwed(uuid: string): Promise<void> {
    const { journal, snapshots } = this.dependencies;
    const { owed, unpaid } = await lookForOwed(journal, snapshots, uuid);
    this.owed = owed;
    this.unpaid = unpaid;
  }

  /** Settings that were read before, or that an update owes which was left half-way, as the one that killed it. */
  private async giveBack(connection: TargetConnection): Promise<void> {
    const { clock, journal } = this.dependencies;
    try {
      if (!this.live) await this.lookForOwed(this.uuid!);
    } catch (error) {
      if (!isVescError(error)) throw error;
      // What is written runs, whatever cannot be read on this computer.
      this.unpaid = error;
      return;
    }
    if (!this.live && this.owed?.settings) this.saved = this.owed;
    const { saved, owed } = this;
    if (!saved) return owed ? undefined : this.settle();
    try {
      this.restored = await this.timer.time('restore', () =>
        restoreSettings(connection, saved.snapshot, (what, fraction) =>
          this.report('restore', fraction, `Restoring ${what}`, false),
        ),
      );
    } catch (error) {
      if (!isVescError(error)) throw error;
      const since = owed?.since ?? clock.date().toISOString();
      const owing = { since, snapshotPath: saved.path, reason: error.happened };
      this.unpaid = new VescError('settings-owed', owing, { cause: error });
      return;
    }
    if (this.restored.every(({ outcome }) => outcome !== 'failed')) await keep(journal.clear(this.uuid!));
  }

  /** With nothing to give back, what was left half-way is over. */
  private async settle(): Promise<void> {
    const { journal } = this.dependencies;
    await keep(journal.settle(this.uuid!, 'committed'));
    const { bootloader } = this.plan!;
    const isThere = bootloader === 'written' || bootloader === 'kept';
    if (isThere) await keep(journal.settle(this.uuid!, 'bootloader'));
  }

  /** Its settings are owed to it from the erase until they are back. */
  private async note({ identity, place }: LiveController): Promise<void> {
    const { clock, journal } = this.dependencies;
    const { buildId } = this.stamped;
    const entry: JournalEntry = {
      uuid: identity.uuid,
      hardware: identity.hardware,
      state: 'committed',
      since: clock.date().toISOString(),
      image: this.request.image.name,
      ...(buildId === undefined ? {} : { buildId }),
      ...(this.saved ? { snapshotPath: this.saved.path } : {}),
      address: place,
    };
    await journal.write(entry).catch(unwritable);
  }

  private refuse(found: readonly VescError[]): void {
    this.refusals = found;
    const [first] = found;
    if (first) throw first;
  }

  /** Before the erase a refusal is a verdict, and what cannot be reached is thrown; after it, the controller is lost. */
  private endBroken(error: unknown): RecoveryResult {
    if (this.signal.aborted && !this.erased) {
      const cancelled = new VescError('cancelled', { work: 'The recovery' }, { cause: error });
      return this.end('interrupted', { error: cancelled });
    }
    if (!isVescError(error)) throw error;
    if (this.erased) return this.end('lost', { error });
    if (error.exitStatus === ExitStatus.refused) return this.end('refused', { error });
    throw error;
  }

  private report(stage: UpdateStage, fraction: number, message: string, cancellable = true): void {
    this.hooks.onProgress?.({ stage, fraction, message, cancellable });
  }

  private end(verdict: Verdict, { error, proof }: Outcome): RecoveryResult {
    const { live, after, plan, refusals, request, saved, uuid, backupPath } = this;
    const { buildId } = this.stamped;
    const address = this.address ?? request.target?.address;
    return {
      verdict,
      via: request.programmer.name,
      ...(proof === undefined ? {} : { proof }),
      ...(live ? { before: live.identity } : {}),
      ...(after ? { after } : {}),
      ...(buildId === undefined ? {} : { buildId }),
      ...(error ? { error } : {}),
      ...(uuid === undefined ? {} : { uuid }),
      ...(backupPath === undefined ? {} : { backupPath }),
      ...(saved ? { snapshotPath: saved.path } : {}),
      ...(plan ? { bootloader: plan.bootloader, settings: plan.settings } : {}),
      ...(verdict === 'refused' && refusals.length > 0 ? { refusals } : {}),
      stages: this.timer.stages,
      payload_B: this.erased && plan ? plan.parts.reduce((sum, { bytes }) => sum + bytes.length, 0) : 0,
      raw_B: request.image.bytes.length,
      restored: this.restored,
      ...(this.unpaid ? { unpaid: this.unpaid } : {}),
      ...(address ? { address } : {}),
    };
  }
}
