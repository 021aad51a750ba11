import type { Clock } from '../base/clock';
import type { Endpoint } from '../links/endpoint';
import { silenceIs } from '../links/silence';
import { parseResetFlags, type ResetFlag } from '../protocol/crashDiag';
import { parseFaultListing } from '../protocol/faultListing';
import { faultName } from '../protocol/faults';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { atLeast } from '../protocol/version';
import type { ReturnedController } from './reconnect';
import { absenceOf, readUptimeLater } from './uptime';

/** Before this a bootloader gave up at once; a copy takes about 14 s; the watchdog bites from 22 s (design 4.4). */
const COPY_MIN_MS = 5_000;
const WATCHDOG_MIN_MS = 20_000;

const WATCHDOG_FAULT = 'FAULT_CODE_BOOTING_FROM_WATCHDOG_RESET';

/** What a controller tells about its restart once it answers again. */
export interface ReturnEvidence {
  /** From the jump to the last reset, by the controller's uptime; undefined where that cannot be read. */
  readonly absence_ms: number | undefined;
  /** True when the firmware says that the watchdog brought it back, by its active fault or in its list. */
  readonly watchdogFault: boolean;
  /** Causes of the last reset; undefined before 7.01. */
  readonly resetFlags: readonly ResetFlag[] | undefined;
}

/**
 * What happened between the jump and the return. `gave-up`: a bootloader found nothing it could copy. `copied`: it
 * was away as long as a copy takes. `watchdog`: nothing ran, until the watchdog reset it: there is no bootloader.
 * `unknown`: nothing tells.
 */
export type ReturnKind = 'gave-up' | 'copied' | 'watchdog' | 'unknown';

/** Reads the signs, strongest first: what the chip says of its reset, then the firmware's fault, then the time. */
export function classifyReturn({ absence_ms, watchdogFault, resetFlags }: ReturnEvidence): ReturnKind {
  if (resetFlags?.includes('IWDG')) return 'watchdog';
  if (watchdogFault) return 'watchdog';
  if (resetFlags?.includes('WWDG')) return 'gave-up';
  if (absence_ms === undefined) return 'unknown';
  if (absence_ms >= WATCHDOG_MIN_MS) return 'watchdog';
  return absence_ms < COPY_MIN_MS ? 'gave-up' : 'copied';
}

/** Reads fault and reset flags of a controller that has just come back, and how long it was away. */
export async function readReturnEvidence(
  endpoint: Endpoint,
  clock: Clock,
  { version, jump, uptime }: ReturnedController,
): Promise<ReturnEvidence> {
  const { fault } = await endpoint.request(getValuesSelective(['fault']), { attempts: 3 });
  const resetFlags = atLeast(version, 7, 1)
    ? parseResetFlags(await print(endpoint, 'crash_diag'))
    : undefined;
  // The fault is active for half a second only, but stays in the list until the next reset.
  const listed = resetFlags ? [] : parseFaultListing(await print(endpoint, 'faults')).history;
  const faults = [faultName(fault), ...listed.map((record) => record.fault)];
  const absence_ms = absenceOf(jump, uptime, await readUptimeLater(endpoint, clock, uptime));
  return { absence_ms, watchdogFault: faults.includes(WATCHDOG_FAULT), resetFlags };
}

/** What a terminal command prints; nothing when it is silent, for the other signs still tell. */
async function print(endpoint: Endpoint, command: string): Promise<string[]> {
  return silenceIs(endpoint.terminal(command), []);
}
