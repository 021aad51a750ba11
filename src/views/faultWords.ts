import type { FaultRecord } from '../protocol/faultListing';
import { faultMeaning } from './messages';
import { plain, shortFault } from './text';

/** The state of the motor when a fault struck, in one line. */
export function faultCircumstances(record: FaultRecord): string {
  const driver = record.driverFaults;
  return [
    `${record.current_A.toFixed(1)} A`,
    `${record.voltage_V.toFixed(1)} V`,
    `duty ${record.duty.toFixed(2)}`,
    `${Math.round(record.rpm)} ERPM`,
    `${record.temperature_C.toFixed(1)} °C`,
    ...(driver && driver.flags.length > 0 ? [plain(`${driver.chip}: ${driver.flags.join(', ')}`)] : []),
    ...(record.info ? [plain(record.info)] : []),
  ].join(' · ');
}

/** One fault as a row of a pick or a tree. */
export interface FaultRow {
  /** `FAULT_CODE_…` */
  readonly fault: string;
  readonly label: string;
  /** Of which motor it is, for places without room for all of it. */
  readonly motor: string;
  readonly description: string;
  readonly detail: string;
}

const ACTIVE = 'active now';

/** The active fault and those before it, the latest first. */
export function faultRows(active: string | null | undefined, history: readonly FaultRecord[]): FaultRow[] {
  const row = (fault: string, motor: string, description: string): FaultRow => ({
    fault,
    label: shortFault(fault),
    motor,
    description,
    detail: faultMeaning(fault),
  });
  // The firmware records a fault as it strikes: the active one is the latest of its history.
  const isRecorded = Boolean(active) && history.at(-1)?.fault === active;
  const rows = [...history].reverse().map((record, index) => {
    const motor = `motor ${record.motor}`;
    const active = isRecorded && index === 0 ? [ACTIVE] : [];
    return row(record.fault, motor, [...active, motor, faultCircumstances(record)].join(' · '));
  });
  return !active || isRecorded ? rows : [row(active, '', ACTIVE), ...rows];
}
