/** What the controller kept of a fault: the state of the motor when it struck (facts 5.2). */
export interface FaultRecord {
  /** Name of the fault, `FAULT_CODE_…`. */
  readonly fault: string;
  /** 1 or 2. */
  readonly motor: number;
  readonly current_A: number;
  readonly currentFiltered_A: number;
  readonly voltage_V: number;
  /** Boards that measure it. */
  readonly gateDriverVoltage_V?: number;
  readonly duty: number;
  readonly rpm: number;
  readonly tacho: number;
  /** Control cycles since the modulation started. */
  readonly cyclesRunning: number;
  readonly timDuty: number;
  readonly timValSamp: number;
  readonly timCurrentSamp: number;
  readonly timTop: number;
  readonly commStep: number;
  readonly temperature_C: number;
  /** What the gate driver itself reports, for fault DRV on boards where it can be asked. */
  readonly driverFaults?: DriverFaults;
  /** Free text of whatever raised the fault (6.00 or newer). */
  readonly info?: string;
}
export interface DriverFaults {
  /** DRV8301, DRV8320S or DRV8323S. */
  readonly chip: string;
  /** Empty when the driver no longer reports any. */
  readonly flags: readonly string[];
}

/** What the terminal command `faults` tells. */
export interface FaultListing {
  /** Name of the active fault, `null` for none, `undefined` when the firmware (before 6.05) does not say. */
  readonly active: string | null | undefined;
  /** Oldest first. At the 25th entry the firmware's log starts anew (facts, trap 6). */
  readonly history: FaultRecord[];
}

type NumberKey = Exclude<keyof FaultRecord, 'fault' | 'driverFaults' | 'info'>;

const NUMBERS = new Map<string, NumberKey>([
  ['Motor', 'motor'],
  ['Current', 'current_A'],
  ['Current filtered', 'currentFiltered_A'],
  ['Voltage', 'voltage_V'],
  ['Gate drv voltage', 'gateDriverVoltage_V'],
  ['Duty', 'duty'],
  ['RPM', 'rpm'],
  ['Tacho', 'tacho'],
  ['Cycles running', 'cyclesRunning'],
  ['TIM duty', 'timDuty'],
  ['TIM val samp', 'timValSamp'],
  ['TIM current samp', 'timCurrentSamp'],
  ['TIM top', 'timTop'],
  ['Comm step', 'commStep'],
  ['Temperature', 'temperature_C'],
]);

const ACTIVE = /^Active fault: (\S+)$/;
/** Labels are padded to 17 columns; an active fault's line is not, and so is no entry. */
const LABELLED = /^(\S[^:]{0,16}?) *: ?(.*)$/;
const DRIVER = /^(DRV\w+)_FAULTS$/;
const NONE = 'FAULT_CODE_NONE';

const EMPTY: Omit<FaultRecord, 'fault'> = {
  motor: NaN,
  current_A: NaN,
  currentFiltered_A: NaN,
  voltage_V: NaN,
  duty: NaN,
  rpm: NaN,
  tacho: NaN,
  cyclesRunning: NaN,
  timDuty: NaN,
  timValSamp: NaN,
  timCurrentSamp: NaN,
  timTop: NaN,
  commStep: NaN,
  temperature_C: NaN,
};

/**
 * Reads the prints of the terminal command `faults`, with or without the echo line and in any split. Lines of
 * other origin are ignored. A fault whose lines did not all arrive is listed all the same: what is missing is NaN.
 */
export function parseFaultListing(prints: readonly string[]): FaultListing {
  let active: string | null | undefined;
  const history: FaultRecord[] = [];
  let open: FaultRecord | undefined;
  for (const line of prints.flatMap((print) => print.split('\n'))) {
    const activeName = ACTIVE.exec(line)?.[1];
    if (activeName !== undefined) {
      active = activeName === NONE ? null : activeName;
      continue;
    }
    const [, label, value] = LABELLED.exec(line) ?? [];
    if (label === undefined || value === undefined) {
      // The line of one blank that ends an entry.
      if (line === ' ') open = undefined;
      continue;
    }
    if (label === 'Fault') {
      open = { ...EMPTY, fault: value };
      history.push(open);
    } else if (open) {
      open = withLine(open, label, value);
      history[history.length - 1] = open;
    }
  }
  return { active, history };
}

function withLine(record: FaultRecord, label: string, value: string): FaultRecord {
  const key = NUMBERS.get(label);
  if (key !== undefined) return { ...record, [key]: Number(value) };
  if (label === 'Info') return { ...record, info: value };
  const chip = DRIVER.exec(label)?.[1];
  return chip === undefined ? record : { ...record, driverFaults: { chip, flags: flagsOf(value) } };
}

/** `| A | B |` holds two; the sentence that there are none holds no bar. */
function flagsOf(value: string): string[] {
  if (!value.includes('|')) return [];
  return value
    .split('|')
    .map((flag) => flag.trim())
    .filter((flag) => flag !== '');
}
