import type { Processes } from './processes';

/** How full one memory region is. */
export interface MemoryRegion {
  /** The linker's name: flash (first sector), flash2 (the rest), ram0, ram4 (CCM), … */
  readonly region: string;
  readonly used_B: number;
  readonly size_B: number;
}

const UNIT_B: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };
const ROW = /^\s*([\w.]+):\s+(\d+) (B|KB|MB|GB)\s+(\d+) (B|KB|MB|GB)(?:\s+[\d.]+%)?\s*$/;

/** Collects the table that the linker prints with `--print-memory-usage` (facts 11) from the lines of a build. */
export class MemoryTableParser {
  private inTable = false;
  private rows: MemoryRegion[] = [];

  line(text: string): void {
    if (/^Memory region\s+Used Size\s+Region Size/.test(text)) {
      this.inTable = true;
      this.rows = [];
      return;
    }
    if (!this.inTable) return;
    const row = ROW.exec(text);
    if (!row) {
      this.inTable = false;
      return;
    }
    const [, region = '', used = '', usedUnit = '', size = '', sizeUnit = ''] = row;
    const size_B = Number(size) * UNIT_B[sizeUnit]!;
    // The script declares aliases and regions without length; nothing can be in them.
    if (size_B > 0) this.rows.push({ region, used_B: Number(used) * UNIT_B[usedUnit]!, size_B });
  }

  /** The last complete table; undefined when nothing was linked. */
  get table(): readonly MemoryRegion[] | undefined {
    return this.rows.length > 0 ? this.rows : undefined;
  }
}

/** The memory map of the STM32F405 as the firmware's linker script cuts it (facts 11), for trees without a table. */
const REGIONS: readonly { region: string; origin: number; size_B: number }[] = [
  { region: 'flash', origin: 0x08000000, size_B: 16 * 1024 },
  { region: 'flash2', origin: 0x0800c000, size_B: 475_120 },
  { region: 'crcinfo', origin: 0x0807fff0, size_B: 8 },
  { region: 'ram0', origin: 0x20000000, size_B: 128 * 1024 },
  { region: 'ram4', origin: 0x10000000, size_B: 62 * 1024 },
  { region: 'libif', origin: 0x1000f800, size_B: 2 * 1024 },
];

/** Reads the output of `size -A -d`: sections are added up in the region that holds their address. */
export function parseSectionSizes(output: string): MemoryRegion[] {
  const used = new Map<string, number>();
  for (const line of output.split('\n')) {
    const [, name = '', size = '', address = ''] = /^(\S+)\s+(\d+)\s+(\d+)\s*$/.exec(line) ?? [];
    const at = Number(address);
    const region = REGIONS.find((r) => at >= r.origin && at < r.origin + r.size_B);
    if (!region || size === '' || Number(size) === 0) continue;
    used.set(region.region, (used.get(region.region) ?? 0) + Number(size));
    // Initialised data lies in RAM when it runs and in flash when it is stored.
    if (name === '.data') used.set('flash2', (used.get('flash2') ?? 0) + Number(size));
  }
  return REGIONS.filter(({ region }) => used.has(region)).map(({ region, size_B }) => ({
    region,
    used_B: used.get(region)!,
    size_B,
  }));
}

/** Memory use of `elf` by the toolchain's `size` program; nothing when that cannot be run. */
export async function measureElf(
  sizeProgram: string,
  elf: string,
  processes: Processes,
): Promise<MemoryRegion[]> {
  try {
    const result = await processes.run(sizeProgram, ['-A', '-d', elf]);
    return result.status === 0 ? parseSectionSizes(result.stdout) : [];
  } catch {
    return [];
  }
}
