import type { Values } from '../protocol/messages/telemetry';

/** What the motor was last told. */
export type MotorOrder = 'none' | 'duty' | 'current' | 'brake' | 'erpm' | 'position' | 'handbrake';

/** What a motor measures, apart from the fault and the controller's id, which are not its own. */
export type MotorValues = Omit<Values, 'fault' | 'controllerId' | 'killSwitchActive'>;
/** Averages since they were last read. */
export type AveragedKey = 'motorCurrent_A' | 'inputCurrent_A' | 'id_A' | 'iq_A' | 'vd_V' | 'vq_V';
export const averagedKeys: readonly AveragedKey[] = [
  'motorCurrent_A',
  'inputCurrent_A',
  'id_A',
  'iq_A',
  'vd_V',
  'vq_V',
];

/** Of no particular motor: it turns in the right direction, draws a believable current and comes to rest. */
const ERPM_PER_VOLT = 800;
const SPIN_UP_MS = 300;
const COAST_MS = 1500;
const BRAKE_MS = 200;
const NO_LOAD_A = 1.2;
const ERPM_PER_AMPERE = 2500;
const RESISTANCE_OHM = 0.05;
/** Without a command for this long the motor is released (`app.timeout_msec`, facts 1.4). */
const COMMAND_TIMEOUT_MS = 1000;
const MS_PER_HOUR = 3_600_000;
const COUNTS_PER_REVOLUTION = 6;

/** Value times time since it was last read, and that time. */
interface Average {
  sum: number;
  time_ms: number;
}

/** What surrounds a motor. */
export interface MotorConditions {
  supply_V: number;
  /** Readings that stay as they are whatever the motor does: for tests and demonstrations. */
  held: Partial<MotorValues>;
}

/** A motor that turns: brought up to date whenever somebody looks, so that it costs nothing while nobody does. */
export class Motor {
  private order: MotorOrder = 'none';
  private target = 0;
  private lastCommand_ms: number;
  private ignoreUntil_ms = Number.NEGATIVE_INFINITY;
  private updated_ms: number;
  private erpm = 0;
  private position_deg = 0;
  private counts = 0;
  private countsAbs = 0;
  private charge = { out_Ah: 0, in_Ah: 0, out_Wh: 0, in_Wh: 0 };
  private readonly averages = new Map<AveragedKey, Average>();

  constructor(
    private readonly now: () => number,
    private readonly conditions: MotorConditions,
  ) {
    this.updated_ms = now();
    this.lastCommand_ms = this.updated_ms - COMMAND_TIMEOUT_MS;
  }

  /** Obeys a command; without further ones it is released after the command timeout. */
  command(order: MotorOrder, target: number): void {
    this.update();
    this.lastCommand_ms = this.now();
    if (this.now() < this.ignoreUntil_ms || !Number.isFinite(target)) return;
    this.order = order;
    this.target = target;
  }

  /** Somebody is there: the command goes on being obeyed. */
  keepAlive(): void {
    this.update();
    this.lastCommand_ms = this.now();
  }

  /** Lets the motor coast. */
  release(): void {
    this.update();
    this.order = 'none';
    this.target = 0;
  }

  /** Lets the motor coast and ignores commands for `duration_ms`; 0 listens again at once. */
  ignoreInput(duration_ms: number): void {
    this.release();
    this.ignoreUntil_ms = this.now() + duration_ms;
  }

  get isReleased(): boolean {
    this.update();
    return this.order === 'none';
  }

  get timeoutActive(): boolean {
    return this.now() - this.lastCommand_ms >= COMMAND_TIMEOUT_MS;
  }

  /** What it measures now; averages are instantaneous here, see {@link takeAverages}. */
  values(): MotorValues {
    this.update();
    const instant = this.instant();
    return {
      tempFet_C: 28 + Math.abs(instant.motorCurrent_A) / 4,
      tempMotor_C: 26 + Math.abs(instant.motorCurrent_A) / 3,
      ...instant,
      duty: this.duty(),
      erpm: this.erpm,
      voltage_V: this.conditions.supply_V,
      charge_Ah: this.charge.out_Ah,
      chargeRegenerated_Ah: this.charge.in_Ah,
      energy_Wh: this.charge.out_Wh,
      energyRegenerated_Wh: this.charge.in_Wh,
      tachometer: Math.trunc(this.counts),
      tachometerAbs: Math.trunc(this.countsAbs),
      pidPosition_deg: this.position_deg,
      tempFets_C: [0, 0, 0],
      timeoutActive: this.timeoutActive,
      ...this.conditions.held,
    };
  }

  /** The averages of `keys` since they were last taken, and a new start for those. */
  takeAverages(keys: readonly AveragedKey[]): Partial<Pick<Values, AveragedKey>> {
    this.update();
    const instant = this.instant();
    const taken: Partial<Record<AveragedKey, number>> = {};
    for (const key of keys) {
      const average = this.averages.get(key);
      taken[key] = average === undefined ? instant[key] : average.sum / average.time_ms;
      this.averages.delete(key);
    }
    return { ...taken, ...pick(this.conditions.held, keys) };
  }

  private update(): void {
    const now = this.now();
    const end = this.lastCommand_ms + COMMAND_TIMEOUT_MS;
    if (this.order !== 'none' && end <= now) {
      this.advance(Math.max(end, this.updated_ms));
      this.order = 'none';
    }
    this.advance(now);
  }

  /** Runs the motor up to `time_ms` under the present order: its speed nears a target exponentially. */
  private advance(time_ms: number): void {
    const elapsed_ms = time_ms - this.updated_ms;
    if (elapsed_ms <= 0) return;
    this.updated_ms = time_ms;
    const [goal, constant_ms] = this.aim();
    const before = this.erpm;
    const decay = Math.exp(-elapsed_ms / constant_ms);
    this.erpm = goal + (before - goal) * decay;
    if (Math.abs(this.erpm) < 1 && goal === 0) this.erpm = 0;
    const turned_erpm_ms = goal * elapsed_ms + (before - goal) * constant_ms * (1 - decay);
    const revolutions = turned_erpm_ms / 60_000;
    this.counts += revolutions * COUNTS_PER_REVOLUTION;
    this.countsAbs += Math.abs(revolutions) * COUNTS_PER_REVOLUTION;
    const turned_deg = revolutions * 360;
    this.position_deg = this.order === 'position' ? this.target : wrapDegrees(this.position_deg + turned_deg);
    this.account(elapsed_ms);
  }

  private aim(): readonly [erpm: number, constant_ms: number] {
    const fastest = this.conditions.supply_V * ERPM_PER_VOLT;
    const within = (erpm: number): number => Math.max(-fastest, Math.min(fastest, erpm));
    switch (this.order) {
      case 'duty':
        return [within(this.target * fastest), SPIN_UP_MS];
      case 'erpm':
        return [within(this.target), SPIN_UP_MS];
      case 'current':
        return [within(this.target * ERPM_PER_AMPERE), SPIN_UP_MS];
      case 'brake':
      case 'handbrake':
      case 'position':
        return [0, BRAKE_MS];
      case 'none':
        return [0, COAST_MS];
    }
  }

  private duty(): number {
    return this.order === 'none' ? 0 : this.erpm / (this.conditions.supply_V * ERPM_PER_VOLT);
  }

  private instant(): Record<AveragedKey, number> {
    const [goal] = this.aim();
    const driven = this.order !== 'none' && (this.erpm !== 0 || goal !== 0 || this.order === 'handbrake');
    const pull = this.order === 'handbrake' ? this.target : (goal - this.erpm) / ERPM_PER_AMPERE;
    const iq_A = driven ? pull + Math.sign(this.erpm) * NO_LOAD_A : 0;
    const duty = this.duty();
    const vq_V = duty * this.conditions.supply_V;
    const inputCurrent_A =
      iq_A * duty + (iq_A * iq_A * RESISTANCE_OHM) / Math.max(this.conditions.supply_V, 1);
    return { motorCurrent_A: iq_A * (duty < 0 ? -1 : 1), inputCurrent_A, id_A: 0, iq_A, vd_V: 0, vq_V };
  }

  private account(elapsed_ms: number): void {
    const instant = this.instant();
    for (const key of averagedKeys) {
      const { sum, time_ms } = this.averages.get(key) ?? { sum: 0, time_ms: 0 };
      this.averages.set(key, { sum: sum + instant[key] * elapsed_ms, time_ms: time_ms + elapsed_ms });
    }
    const hours = elapsed_ms / MS_PER_HOUR;
    const moved_Ah = instant.inputCurrent_A * hours;
    if (moved_Ah >= 0) {
      this.charge.out_Ah += moved_Ah;
      this.charge.out_Wh += moved_Ah * this.conditions.supply_V;
    } else {
      this.charge.in_Ah -= moved_Ah;
      this.charge.in_Wh -= moved_Ah * this.conditions.supply_V;
    }
  }
}

function wrapDegrees(angle_deg: number): number {
  return ((angle_deg % 360) + 360) % 360;
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(
    keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]),
  ) as Partial<Pick<T, K>>;
}
