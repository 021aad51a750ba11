import * as path from 'node:path';
import { VescError } from '../base/errors';
import { type FunctionTable, readFunctions } from '../image/elfSymbols';
import type { BuildHost } from './host';
import { which } from './toolchain';

/** A line of the source, as the compiler noted it. */
export interface SourceLine {
  readonly function?: string;
  /** As the compiler was told it: absolute, or relative to where it ran. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
}

/** What an address of code means. */
export interface CodePlace extends SourceLine {
  readonly address: number;
  /** How far behind the start of its function it is; the function is then the one in the symbol table. */
  readonly offset_B?: number;
  /** Where the code was inlined to, the nearest caller first. */
  readonly inlinedInto: readonly SourceLine[];
}

type SymbolizerHost = Pick<BuildHost, 'files' | 'processes' | 'env' | 'platform'>;

const TOOL = 'arm-none-eabi-addr2line';

/**
 * Finds the lines of code behind addresses with the ELF of a build: with addr2line of the compiler that made it,
 * else of the one on PATH; where there is none, by the symbol table alone: function and offset.
 */
export class Symbolizer {
  constructor(private readonly host: SymbolizerHost) {}

  /**
   * @param compiler path of the compiler that made the ELF
   * @returns one place for each address, in their order; without a function when it is no code of this program
   * @throws VescError `file-unreadable`, `image-elf-foreign`, `image-elf-damaged`
   */
  async locate(elf: string, addresses: readonly number[], compiler?: string): Promise<CodePlace[]> {
    const bytes = await this.host.files.readBytes(elf);
    if (!bytes) throw new VescError('file-unreadable', { path: elf, reason: 'it is not there' });
    const functions = readFunctions(bytes, path.basename(elf));
    const lines = await this.lines(elf, addresses, compiler);
    return addresses.map((address, index) => describe(address, functions, lines[index] ?? []));
  }

  /** What addr2line says of each address, what was inlined before what it was inlined into. */
  private async lines(
    elf: string,
    addresses: readonly number[],
    compiler: string | undefined,
  ): Promise<SourceLine[][]> {
    const tool = await this.findTool(compiler);
    if (tool === undefined || addresses.length === 0) return [];
    const words = addresses.map((address) => `0x${address.toString(16)}`);
    const result = await this.host.processes
      .run(tool, ['--addresses', '--functions', '--inlines', `--exe=${elf}`, ...words], {
        env: { ...this.host.env, LC_ALL: 'C' },
      })
      .catch(() => undefined);
    return result?.status === 0 ? parseAddr2line(result.stdout) : [];
  }

  private async findTool(compiler: string | undefined): Promise<string | undefined> {
    const sister = compiler?.replace(/gcc(\.exe)?$/i, 'addr2line$1');
    if (sister !== undefined && sister !== compiler) {
      if ((await this.host.files.status(sister))?.kind === 'file') return sister;
    }
    return which([TOOL], this.host);
  }
}

const UNKNOWN = '??';

/**
 * Reads the output of `addr2line --addresses --functions --inlines`: for each address a line with it, then pairs of
 * a function and its `file:line`.
 */
export function parseAddr2line(output: string): SourceLine[][] {
  const places: SourceLine[][] = [];
  const lines = output.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (/^0x[0-9a-f]+$/.test(line)) {
      places.push([]);
      continue;
    }
    const where = /^(.*):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(lines[at + 1] ?? '');
    if (!where || line === '') continue;
    at++;
    const [, file = UNKNOWN, number = '?'] = where;
    places.at(-1)?.push({
      ...(line === UNKNOWN ? {} : { function: line }),
      ...(file === UNKNOWN ? {} : { file: path.normalize(file) }),
      ...(Number(number) > 0 ? { line: Number(number) } : {}),
    });
  }
  return places;
}

function describe(address: number, functions: FunctionTable, lines: readonly SourceLine[]): CodePlace {
  const symbol = functions.at(address);
  const [first, ...rest] = lines.filter(
    ({ file, function: name }) => file !== undefined || name !== undefined,
  );
  // Outside of every function addr2line sometimes names the nearest one.
  if (!symbol) return { address, inlinedInto: [] };
  const code = (address & ~1) >>> 0;
  return {
    address,
    function: first?.function ?? symbol.name,
    ...(first?.file === undefined ? {} : { file: first.file }),
    ...(first?.line === undefined ? {} : { line: first.line }),
    offset_B: code - symbol.address,
    inlinedInto: rest,
  };
}
