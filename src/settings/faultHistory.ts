import type { CrashDiag } from '../protocol/crashDiag';
import type { FaultRecord } from '../protocol/faultListing';
import type { FileStore } from './fileStore';

/** A fault that is remembered after the controller forgot it. */
export interface KeptFault {
  /** `FAULT_CODE_…` */
  readonly fault: string;
  /** ISO 8601: when it struck, or, where nobody was there, when it was found in the controller's list. */
  readonly at: string;
  /** True when it was seen to strike at that time. */
  readonly seen: boolean;
  /** ISO 8601: when the controller had started, where its firmware tells its uptime. */
  readonly boot?: string;
  /** What the controller recorded, once that was read. */
  readonly record?: FaultRecord;
}

/** A crash that is remembered after the controller lost power. */
export interface KeptCrash {
  /** ISO 8601, when it was first read. */
  readonly at: string;
  readonly crash: NonNullable<CrashDiag['crash']>;
  /** Which boot it ended, in the controller's own count, which starts anew when it loses power. */
  readonly bootNumber: number;
  /** ISO 8601: when the next boot began, if that ran when it was first read. */
  readonly boot?: string;
  /** What ran when it was first read, if it crashed in the boot before: the build that crashed. */
  readonly buildId?: string;
}

/** When something was read of a controller, and since when that runs; in ms since 1970. */
export interface Moment {
  readonly now_ms: number;
  /** Undefined where the firmware does not tell its uptime. */
  readonly boot_ms: number | undefined;
}

/** What is kept of a controller: faults since its start, those of earlier boots, both oldest first, and crashes. */
export interface FaultsKept {
  readonly thisBoot: readonly KeptFault[];
  readonly earlier: readonly KeptFault[];
  readonly crashes: readonly KeptCrash[];
}

interface Content {
  readonly faults: readonly KeptFault[];
  readonly crashes: readonly KeptCrash[];
}

const MAX_FAULTS = 200;
const MAX_CRASHES = 20;
/** A request takes a moment, and clocks differ by so much. */
const BOOT_SLACK_MS = 2000;
const CLOCK_DRIFT = 0.0002;
/** A fault that was listed so shortly before it was noticed is the same one. */
const SAME_MS = 2000;

/**
 * The faults of every controller, by UUID, kept across its resets: it forgets them at each, and starts a new list at
 * the 25th (facts, trap 6). One small file each, in the per-user data directory.
 */
export class FaultHistory {
  /** Changes in their order: each builds upon the one before. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly files: FileStore) {}

  /** What is kept of `uuid`; nothing when it was never seen or its file is damaged. */
  async of(uuid: string, { boot_ms, now_ms }: Moment): Promise<FaultsKept> {
    const { faults, crashes } = await this.read(uuid);
    const isCurrent = ({ boot }: KeptFault): boolean => isSameBoot(boot, { boot_ms, now_ms });
    return {
      thisBoot: faults.filter(isCurrent),
      earlier: faults.filter((each) => !isCurrent(each)),
      crashes,
    };
  }

  /** A fault was seen to strike at `moment`. */
  noteSighting(uuid: string, fault: string, moment: Moment): Promise<void> {
    return this.change(uuid, ({ faults, crashes }) => ({
      faults: withSighting(faults, fault, moment),
      crashes,
    }));
  }

  /** The controller listed `records`, oldest first: what is known of them already is not kept twice. */
  noteListing(uuid: string, records: readonly FaultRecord[], moment: Moment): Promise<void> {
    return this.change(uuid, ({ faults, crashes }) => ({
      faults: withListing(faults, records, moment),
      crashes,
    }));
  }

  /** The controller told of a crash. True when that was not known. */
  async noteCrash(
    uuid: string,
    { crash, bootNumber }: CrashDiag,
    buildId: string | undefined,
    moment: Moment,
  ): Promise<boolean> {
    if (crash === undefined) return false;
    let isNew = false;
    await this.change(uuid, ({ faults, crashes }) => {
      const kept: KeptCrash = {
        at: isoTime(moment.now_ms),
        crash,
        bootNumber: bootNumber - crash.bootsAgo,
        ...(crash.bootsAgo === 1
          ? { ...bootOf([], moment), ...(buildId === undefined ? {} : { buildId }) }
          : {}),
      };
      const isKnown = ({ boot, ...each }: KeptCrash): boolean =>
        isSameCrash(each, kept) &&
        (boot === undefined || kept.boot === undefined || isSameBoot(boot, moment));
      isNew = !crashes.some(isKnown);
      return { faults, crashes: isNew ? [...crashes, kept].slice(-MAX_CRASHES) : crashes };
    });
    return isNew;
  }

  private change(uuid: string, change: (content: Content) => Content): Promise<void> {
    const changed = this.last.then(async () => {
      const before = await this.read(uuid);
      const after = change(before);
      const isSame = JSON.stringify(after) === JSON.stringify(before);
      if (!isSame) await this.files.write(pathOf(uuid), `${JSON.stringify(after, undefined, 1)}\n`);
    });
    this.last = changed.catch(() => undefined);
    return changed;
  }

  private async read(uuid: string): Promise<Content> {
    const text = await this.files.read(pathOf(uuid));
    if (text === undefined) return { faults: [], crashes: [] };
    try {
      const content = JSON.parse(text) as Partial<Record<keyof Content, unknown>> | null;
      return {
        faults: listOf(content?.faults, isKeptFault).map(withNumbers).slice(-MAX_FAULTS),
        crashes: listOf(content?.crashes, isKeptCrash).slice(-MAX_CRASHES),
      };
    } catch {
      return { faults: [], crashes: [] };
    }
  }
}

/** The crash in `crashes` that `diag` tells of. */
export function keptCrashOf(
  crashes: readonly KeptCrash[],
  { crash, bootNumber }: CrashDiag,
): KeptCrash | undefined {
  if (crash === undefined) return undefined;
  const wanted = { crash, bootNumber: bootNumber - crash.bootsAgo };
  return crashes.findLast((each) => isSameCrash(each, wanted));
}

/**
 * True when a boot that was kept is the one of `moment`: no later one began since. A simulated controller may live
 * faster than the clock, which puts its start further and further back.
 */
function isSameBoot(boot: string | undefined, { boot_ms, now_ms }: Moment): boolean {
  if (boot === undefined || boot_ms === undefined) return boot === undefined && boot_ms === undefined;
  const slack_ms = BOOT_SLACK_MS + CLOCK_DRIFT * Math.max(0, now_ms - boot_ms);
  return boot_ms - Date.parse(boot) <= slack_ms;
}

function withSighting(kept: readonly KeptFault[], fault: string, moment: Moment): KeptFault[] {
  const last = kept.at(-1);
  const isListed =
    last?.fault === fault &&
    !last.seen &&
    isSameBoot(last.boot, moment) &&
    Math.abs(moment.now_ms - Date.parse(last.at)) <= SAME_MS;
  if (isListed) return [...kept.slice(0, -1), { ...last, seen: true }];
  return [...kept, { fault, at: isoTime(moment.now_ms), seen: true, ...bootOf(kept, moment) }].slice(
    -MAX_FAULTS,
  );
}

function withListing(
  kept: readonly KeptFault[],
  records: readonly FaultRecord[],
  moment: Moment,
): KeptFault[] {
  const result = [...kept];
  // Each entry is used up by one record: two faults may be alike in every figure.
  const free = new Set(result.keys());
  const take = (fits: (each: KeptFault) => boolean): number | undefined => {
    const index = [...free].find((at) => isSameBoot(result[at]!.boot, moment) && fits(result[at]!));
    if (index !== undefined) free.delete(index);
    return index;
  };
  const unknown: FaultRecord[] = [];
  for (const record of records) {
    if (take((each) => each.record !== undefined && isSameRecord(each.record, record)) === undefined)
      unknown.push(record);
  }
  for (const record of unknown) {
    const seen = take((each) => each.record === undefined && each.fault === record.fault);
    if (seen !== undefined) result[seen] = { ...result[seen]!, record };
    else {
      const at = isoTime(moment.now_ms);
      result.push({ fault: record.fault, at, seen: false, ...bootOf(result, moment), record });
    }
  }
  return result.slice(-MAX_FAULTS);
}

/** One boot is written in one way: a value that is a little off would drift from entry to entry. */
function bootOf(kept: readonly KeptFault[], moment: Moment): { boot?: string } {
  if (moment.boot_ms === undefined) return {};
  const known = kept.findLast(({ boot }) => isSameBoot(boot, moment))?.boot;
  return { boot: known ?? isoTime(moment.boot_ms) };
}

function isSameRecord(a: FaultRecord, b: FaultRecord): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(record: FaultRecord): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

type CrashKey = Pick<KeptCrash, 'crash' | 'bootNumber'>;

function isSameCrash(a: CrashKey, b: CrashKey): boolean {
  const words = ({ crash: { bootsAgo: _, ...cause }, bootNumber }: CrashKey): string =>
    JSON.stringify([cause, bootNumber]);
  return words(a) === words(b);
}

function isoTime(time_ms: number): string {
  return new Date(time_ms).toISOString();
}

function listOf<T>(value: unknown, isOne: (item: unknown) => item is T): T[] {
  return Array.isArray(value) ? value.filter(isOne) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isKeptFault(item: unknown): item is KeptFault {
  if (!isObject(item) || typeof item['fault'] !== 'string' || !isTime(item['at'])) return false;
  const { boot, record } = item;
  if (boot !== undefined && !isTime(boot)) return false;
  return record === undefined || (isObject(record) && typeof record['fault'] === 'string');
}

function isKeptCrash(item: unknown): item is KeptCrash {
  if (!isObject(item) || !isTime(item['at']) || typeof item['bootNumber'] !== 'number') return false;
  const { crash } = item;
  return isObject(crash) && (crash['kind'] === 'halt' || isObject(crash['registers']));
}

/** JSON has no NaN, which stands for what did not arrive. */
function withNumbers(kept: KeptFault): KeptFault {
  if (kept.record === undefined) return kept;
  const fields = Object.entries(kept.record).map(([key, value]: [string, unknown]) => [key, value ?? NaN]);
  return { ...kept, record: Object.fromEntries(fields) as FaultRecord };
}

function pathOf(uuid: string): string {
  return `faults/${uuid}.json`;
}
