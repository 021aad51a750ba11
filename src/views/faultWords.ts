import type { Controller } from '../controllers/controller';
import type { FaultRecord } from '../protocol/faultListing';
import type { FaultsKept, KeptFault } from '../settings/faultHistory';
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
  /** What was recorded; undefined for an active fault that is not listed. */
  readonly record: FaultRecord | undefined;
}

/** One fault of a controller, as rows and messages hand it to a command; without more, the latest of that name. */
export interface FaultRef {
  /** `FAULT_CODE_…` */
  readonly fault: string;
  /** When it struck or was found, as it is kept. */
  readonly at?: string;
  readonly record?: FaultRecord;
}

/** The faults of a controller, oldest first: as they are kept, else as it lists them. */
export function faultsOf({
  kept,
  faultHistory = [],
}: Pick<Controller, 'kept' | 'faultHistory'>): Pick<FaultsKept, 'thisBoot' | 'earlier'> {
  if (kept) return kept;
  const listed = faultHistory.map((record) => ({ fault: record.fault, at: '', seen: false, record }));
  return { thisBoot: listed, earlier: [] };
}

/** The fault that `ref` means among those of a controller, and which boot it belongs to. */
export function resolveFault(
  ref: FaultRef,
  controller: Pick<Controller, 'kept' | 'faultHistory'>,
): { readonly fault: KeptFault; readonly isEarlier: boolean } {
  const { thisBoot, earlier } = faultsOf(controller);
  const wanted = ref.record && JSON.stringify(ref.record);
  const fits = ({ fault, at, record }: KeptFault): boolean =>
    fault === ref.fault &&
    (ref.at === undefined || at === ref.at) &&
    (wanted === undefined || (record !== undefined && JSON.stringify(record) === wanted));
  const current = thisBoot.findLast(fits);
  const old = current ? undefined : earlier.findLast(fits);
  const { fault, at = '', record } = ref;
  const unknown = { fault, at, seen: at !== '', ...(record ? { record } : {}) };
  return { fault: current ?? old ?? unknown, isEarlier: old !== undefined };
}

const ACTIVE = 'active now';

/** The active fault and those before it, the latest first. */
export function faultRows(active: string | null | undefined, history: readonly FaultRecord[]): FaultRow[] {
  const row = (fault: string, motor: string, description: string, record?: FaultRecord): FaultRow => ({
    fault,
    record,
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
    return row(record.fault, motor, [...active, motor, faultCircumstances(record)].join(' · '), record);
  });
  return !active || isRecorded ? rows : [row(active, '', ACTIVE), ...rows];
}
