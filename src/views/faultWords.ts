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
  readonly description: string;
  readonly detail: string;
}

/** The active fault and those before it, the latest first. */
export function faultRows(active: string | null | undefined, history: readonly FaultRecord[]): FaultRow[] {
  const rows = [...history].reverse().map((record) => ({
    fault: record.fault,
    label: shortFault(record.fault),
    description: `motor ${record.motor}`,
    detail: [faultMeaning(record.fault), faultCircumstances(record)].filter((part) => part !== '').join('  '),
  }));
  if (!active) return rows;
  const activeRow = {
    fault: active,
    label: shortFault(active),
    description: 'active now',
    detail: faultMeaning(active),
  };
  return [activeRow, ...rows];
}
