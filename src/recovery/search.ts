import type { Clock } from '../base/clock';
import { isVescError } from '../base/errors';
import { sleep } from '../base/clock';
import type { LinkAddress } from '../links/link';
import { formatLinkAddress } from '../links/linkAddress';
import type { SessionPool } from '../links/sessionPool';
import { silenceIs } from '../links/silence';
import { pingCan } from '../protocol/messages/can';
import { type FirmwareVersion, fwVersion } from '../protocol/messages/identity';
import type { UpdateTarget } from '../update/updater';

/** Baud rates that controllers have been set to; 115,200 is the default (facts 7.2). */
export const BAUD_RATES: readonly number[] = [115_200, 250_000, 230_400, 460_800, 921_600, 57_600, 9600];
const ANSWER = { timeout_ms: 500, attempts: 2 } as const;
/** A bus without peers is pinged for up to 4.2 s (facts 14). */
const PING = { timeout_ms: 6000 } as const;
const PAUSE_MS = 500;

/** Somebody who answers. */
export interface Answering {
  readonly target: UpdateTarget;
  readonly version: FirmwareVersion;
}

export interface SearchOptions {
  readonly pool: SessionPool;
  readonly clock: Clock;
  /** Asked anew for every round: a port may appear. */
  readonly ports: () => Promise<readonly LinkAddress[]>;
  /** Goes on for so long, for a controller whose watchdog has yet to bite; 0: one round. */
  readonly patience_ms: number;
  /** Ends the search as soon as this one answers. */
  readonly uuid?: string;
  readonly signal: AbortSignal;
  /** What is tried at the moment, for people, and how much of all is done. */
  readonly onTry: (what: string, fraction: number) => void;
}

/**
 * Looks for controllers wherever they could be without a tool: at every port, at every baud rate a UART may have been
 * set to, and on the CAN bus behind each one that answers. Whoever cannot be opened or says nothing is passed over.
 */
export async function searchEverywhere(options: SearchOptions): Promise<Answering[]> {
  const { clock, patience_ms, uuid, signal } = options;
  const started_ms = clock.now();
  for (;;) {
    const found = await searchOnce(options, started_ms);
    const isFound = found.some(({ version }) => uuid === undefined || version.uuid === uuid);
    if (isFound || clock.now() - started_ms + PAUSE_MS > patience_ms) return found;
    await sleep(clock, PAUSE_MS, signal);
  }
}

async function searchOnce(options: SearchOptions, started_ms: number): Promise<Answering[]> {
  const { ports, clock, patience_ms, signal, onTry } = options;
  const addresses = (await ports()).flatMap(variants);
  const found: Answering[] = [];
  for (const [index, address] of addresses.entries()) {
    signal.throwIfAborted();
    const waited = patience_ms === 0 ? 0 : (clock.now() - started_ms) / patience_ms;
    onTry(formatLinkAddress(address), Math.max(waited, index / addresses.length));
    // It answered at another rate.
    if (found.some((other) => isSamePort(other.target.address, address))) continue;
    found.push(...(await askAt(address, options)));
  }
  return found;
}

/** A port at every baud rate. */
function variants(address: LinkAddress): LinkAddress[] {
  return address.kind === 'serial' ? BAUD_RATES.map((baudRate) => ({ ...address, baudRate })) : [address];
}

function isSamePort(one: LinkAddress, other: LinkAddress): boolean {
  return one.kind === 'serial' && other.kind === 'serial' && one.path === other.path;
}

/** Who answers at `address`, and who on the bus behind. */
async function askAt(address: LinkAddress, { pool, signal }: SearchOptions): Promise<Answering[]> {
  const found: Answering[] = [];
  try {
    const lease = await pool.acquire(address, signal);
    try {
      const version = await lease.session.request(fwVersion(), { ...ANSWER, signal });
      found.push({ target: { address }, version });
      for (const canId of await silenceIs(lease.session.request(pingCan(), { ...PING, signal }), [])) {
        const asked = lease.session.node(canId).request(fwVersion(), { ...ANSWER, signal });
        const node = await silenceIs(asked, undefined);
        if (node) found.push({ target: { address, canId }, version: node });
      }
    } finally {
      lease.dispose();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!isVescError(error)) throw error;
  }
  return found;
}
