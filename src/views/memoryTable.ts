import type { BuildComparison } from '../build/buildComparison';
import type { MemoryRegion } from '../build/memoryUse';
import { growthOf } from '../build/growth';

/** What the linker's regions are, for people. */
const MEANINGS: Readonly<Record<string, string>> = {
  flash: 'flash, vectors',
  flash2: 'flash, program',
  crcinfo: 'flash, checksum',
  ram0: 'RAM',
  ram4: 'RAM, core coupled',
  libif: 'RAM, library interface',
};
const FULL = 100;
const KIB = 1024;

/** How full the memory is, one line a region that is used, in columns; with what it grew by, where it did. */
export function memoryLines(memory: readonly MemoryRegion[], comparison?: BuildComparison): string[] {
  // Linker scripts name parts of the RAM a second time, for those who want them; most are empty.
  const used = memory.filter(({ used_B }) => used_B > 0);
  const rows = used.map(({ region, used_B, size_B }) => [
    region,
    size_B < KIB ? `${used_B} of ${size_B} B  ` : `${kilobytes(used_B)} of ${kilobytes(size_B)} KiB`,
    `${((used_B / size_B) * FULL).toFixed(1)} %`,
    growthOf(region, comparison) ?? '',
    MEANINGS[region] ?? '',
  ]);
  const width = (column: number): number => Math.max(0, ...rows.map((row) => row[column]!.length));
  const [name, use, share, more] = [width(0), width(1), width(2), width(3)];
  return rows.map(([region, usage, percent, grown, meaning]) => {
    const growth = more === 0 ? '' : `  ${grown!.padStart(more)}`;
    return `${region!.padEnd(name)}  ${usage!.padStart(use)}  ${percent!.padStart(share)}${growth}  ${meaning}`.trimEnd();
  });
}

function kilobytes(size_B: number): string {
  return (size_B / KIB).toFixed(1);
}
