import * as path from 'node:path';
import { isVescError } from '../base/errors';
import { type ElfSymbol, readSymbols } from '../image/elfSymbols';
import type { BuildRecord, KnownWarning } from './buildRecord';
import type { Diagnostic } from './diagnostics/diagnostic';
import type { MemoryRegion } from './memoryUse';

/** What changed in one place of the memory. */
export interface RegionGrowth {
  readonly region: string;
  /** Below zero when it shrank. */
  readonly growth_B: number;
}

/** What one function or variable has to do with it. */
export interface SymbolGrowth {
  readonly symbol: string;
  readonly memory: 'flash' | 'RAM';
  readonly growth_B: number;
  /** What it takes now; 0 when it is gone. */
  readonly size_B: number;
}

/** A build held against the last different one of the same board with the same arguments and compiler. */
export interface BuildComparison {
  /** The build it is compared with. */
  readonly since: Pick<BuildRecord, 'buildId' | 'date' | 'commit'>;
  /** Regions that are used otherwise than then. */
  readonly regions: readonly RegionGrowth[];
  /** What grew or shrank most, the largest change first. */
  readonly symbols: readonly SymbolGrowth[];
  /** Changed symbols that are not listed. */
  readonly moreSymbols: number;
  readonly newWarnings: readonly Diagnostic[];
  readonly goneWarnings: readonly KnownWarning[];
}

/** What a build is compared by. */
export interface BuildTraits {
  readonly memory: readonly MemoryRegion[];
  readonly diagnostics: readonly Diagnostic[];
  /** The linked program; undefined when it cannot be read. */
  readonly elf: Uint8Array | undefined;
}

const MOST_SYMBOLS = 50;
const MOST_WARNINGS = 500;
const FLASH_START = 0x0800_0000;
const FLASH_END = 0x0810_0000;

/** Compares a build that went well with the kept one before it. */
export function compareBuilds(
  before: BuildRecord,
  elfBefore: Uint8Array | undefined,
  now: BuildTraits,
): BuildComparison {
  const { buildId, date, commit } = before;
  const changed = compareSymbols(symbolsOf(elfBefore), symbolsOf(now.elf));
  const then = before.warnings;
  const found = knownWarnings(now.diagnostics, before.tree);
  const warnings = now.diagnostics.filter(isWarning);
  return {
    since: { buildId, date, ...(commit !== undefined && { commit }) },
    regions: before.memory === undefined ? [] : compareRegions(before.memory, now.memory),
    symbols: changed.slice(0, MOST_SYMBOLS),
    moreSymbols: Math.max(0, changed.length - MOST_SYMBOLS),
    newWarnings: then === undefined ? [] : surplus(found, then).map((index) => warnings[index]!),
    goneWarnings: then === undefined ? [] : surplus(then, found).map((index) => then[index]!),
  };
}

/** What is remembered of the warnings of a build. */
export function knownWarnings(diagnostics: readonly Diagnostic[], tree: string): KnownWarning[] {
  return diagnostics
    .filter(isWarning)
    .slice(0, MOST_WARNINGS)
    .map(({ file, line, message }) => {
      const relative = path.relative(tree, file);
      return { file: relative.startsWith('..') ? file : relative, line, message };
    });
}

function isWarning({ severity }: Diagnostic): boolean {
  return severity === 'warning';
}

function compareRegions(before: readonly MemoryRegion[], now: readonly MemoryRegion[]): RegionGrowth[] {
  const used = (regions: readonly MemoryRegion[], name: string): number =>
    regions.find(({ region }) => region === name)?.used_B ?? 0;
  const names = new Set([...now, ...before].map(({ region }) => region));
  return [...names]
    .map((region) => ({ region, growth_B: used(now, region) - used(before, region) }))
    .filter(({ growth_B }) => growth_B !== 0);
}

/** Sizes by name; what the compiler made several of counts together. */
type Sizes = ReadonlyMap<string, { readonly memory: SymbolGrowth['memory']; readonly size_B: number }>;

function symbolsOf(elf: Uint8Array | undefined): Sizes | undefined {
  if (elf === undefined) return undefined;
  try {
    return addUp(readSymbols(elf, 'build.elf'));
  } catch (error) {
    if (!isVescError(error)) throw error;
    return undefined;
  }
}

function addUp(symbols: readonly ElfSymbol[]): Sizes {
  const sizes = new Map<string, { memory: SymbolGrowth['memory']; size_B: number }>();
  const seen = new Set<string>();
  for (const { name, address, size_B } of symbols) {
    // Two names of one place, as an interrupt handler may have, are two symbols; one name twice at one place is not.
    if (size_B === 0 || seen.has(`${name}@${address}`)) continue;
    seen.add(`${name}@${address}`);
    // Compilers split functions (`name.part.0`, `name.isra.0`) and number what is static in one (`name.12`).
    const plain = name.replace(/(?:\.(?:part|isra|constprop|cold|lto_priv)(?:\.\d+)*|\.\d+)+$/, '');
    const memory = address >= FLASH_START && address < FLASH_END ? 'flash' : 'RAM';
    sizes.set(plain, { memory, size_B: (sizes.get(plain)?.size_B ?? 0) + size_B });
  }
  return sizes;
}

function compareSymbols(before: Sizes | undefined, now: Sizes | undefined): SymbolGrowth[] {
  if (!before || !now) return [];
  return [...new Set([...now.keys(), ...before.keys()])]
    .map((symbol): SymbolGrowth => {
      const [then, today] = [before.get(symbol), now.get(symbol)];
      const size_B = today?.size_B ?? 0;
      return { symbol, memory: (today ?? then)!.memory, growth_B: size_B - (then?.size_B ?? 0), size_B };
    })
    .filter(({ growth_B }) => growth_B !== 0)
    .sort((a, b) => Math.abs(b.growth_B) - Math.abs(a.growth_B) || (a.symbol < b.symbol ? -1 : 1));
}

/** The places in `these` of warnings that `those` has fewer of; lines above them do not matter. */
function surplus(these: readonly KnownWarning[], those: readonly KnownWarning[]): number[] {
  const left = new Map<string, number>();
  const key = ({ file, message }: KnownWarning): string => `${file}\n${message}`;
  for (const warning of those) left.set(key(warning), (left.get(key(warning)) ?? 0) + 1);
  return these.flatMap((warning, index) => {
    const rest = left.get(key(warning)) ?? 0;
    left.set(key(warning), rest - 1);
    return rest > 0 ? [] : [index];
  });
}
