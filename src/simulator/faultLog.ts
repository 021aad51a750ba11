import type { FaultRecord } from '../protocol/faultListing';
import { faultByName, faultName } from '../protocol/faults';
import { atLeast, type Version } from '../protocol/version';
import { fixed } from './printf';

/** Slots of the log; the index starts over behind the last one, and the log looks empty (facts 5.2, trap 6). */
const LOG_LENGTH = 25;
/** How long a fault stays active after its cause has gone (`m_fault_stop_time_ms`). */
const ACTIVE_MS = 500;
const LABEL_WIDTH = 17;

interface ActiveFault {
  readonly code: number;
  /** Infinite while the cause lasts. */
  until_ms: number;
}

/** The faults since the start: which are active, and the log that `faults` prints. */
export class FaultLog {
  private readonly entries: FaultRecord[] = [];
  private next = 0;
  private readonly active = new Map<number, ActiveFault>();

  constructor(private readonly now: () => number) {}

  /**
   * A fault strikes motor `record.motor`. Only the first is logged while one is active. `held`: its cause lasts
   * until {@link clear}. True when it was logged.
   */
  raise(record: FaultRecord, held: boolean): boolean {
    const logged = this.activeCode(record.motor) === 0;
    const code = faultByName(record.fault)?.code ?? 0;
    const until_ms = held ? Number.POSITIVE_INFINITY : this.now() + ACTIVE_MS;
    this.active.set(record.motor, { code, until_ms });
    if (logged) this.note(record);
    return logged;
  }

  /** Puts an entry into the log without a fault being active. */
  note(record: FaultRecord): void {
    this.entries[this.next++] = record;
    if (this.next >= LOG_LENGTH) this.next = 0;
  }

  /** The cause has gone; the code stays for a moment. */
  clear(motor: number): void {
    const active = this.active.get(motor);
    if (active?.until_ms === Number.POSITIVE_INFINITY) active.until_ms = this.now() + ACTIVE_MS;
  }

  /** The code of the fault that stops the motor (counted from 1); 0 for none. */
  activeCode(motor: number): number {
    const active = this.active.get(motor);
    return active !== undefined && this.now() < active.until_ms ? active.code : 0;
  }

  /** What `faults` shows: everything since the index was last at 0. */
  get listed(): readonly FaultRecord[] {
    return this.entries.slice(0, this.next);
  }
}

/**
 * The prints of the terminal command `faults`, one each (facts 5.2). `active` is the code of motor 1's fault.
 */
export function formatFaultListing(
  records: readonly FaultRecord[],
  active: number,
  version: Version,
): readonly string[] {
  if (records.length === 0) return ['No faults registered since startup\n'];
  const first = atLeast(version, 6, 5) ? [`Active fault: ${faultName(active)}\n`] : [];
  const heading = 'The following faults were registered since start:\n';
  return [...first, heading, ...records.flatMap((record) => [...formatRecord(record, version), ' '])];
}

function formatRecord(record: FaultRecord, version: Version): string[] {
  const { gateDriverVoltage_V, driverFaults, info } = record;
  const line = (label: string, value: string | number): string => `${label.padEnd(LABEL_WIDTH)}: ${value}`;
  const lines = [
    line('Fault', record.fault),
    line('Motor', record.motor),
    line('Current', fixed(record.current_A, 1)),
    line('Current filtered', fixed(record.currentFiltered_A, 1)),
    line('Voltage', fixed(record.voltage_V, 2)),
    ...(gateDriverVoltage_V === undefined ? [] : [line('Gate drv voltage', fixed(gateDriverVoltage_V, 2))]),
    line('Duty', fixed(record.duty, 3)),
    line('RPM', fixed(record.rpm, 1)),
    line('Tacho', record.tacho),
    line('Cycles running', record.cyclesRunning),
    line('TIM duty', record.timDuty),
    line('TIM val samp', record.timValSamp),
    line('TIM current samp', record.timCurrentSamp),
    line('TIM top', record.timTop),
    line('Comm step', record.commStep),
    line('Temperature', fixed(record.temperature_C, 2)),
  ];
  if (driverFaults) {
    const { chip, flags } = driverFaults;
    lines.push(line(`${chip}_FAULTS`, flags.length === 0 ? `No ${chip} faults` : `| ${flags.join(' | ')} |`));
  }
  if (info !== undefined && atLeast(version, 6, 0)) lines.push(line('Info', info));
  return lines;
}
