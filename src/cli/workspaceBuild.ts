import { relative } from 'node:path';
import { type Board, listBoards, selectBoard } from '../build/boards';
import { Builder } from '../build/builder';
import { BuildRecords } from '../build/buildRecord';
import type { BuildResult } from '../build/buildResult';
import type { Diagnostic } from '../build/diagnostics/diagnostic';
import { findFirmwareTree, type FirmwareTree } from '../build/firmwareTree';
import { comparisonSummary, growth, growthOf } from '../build/growth';
import { findToolchain } from '../build/toolchain';
import { isVescError, VescError } from '../base/errors';
import type { CommandContext } from './command';
import { workspaceFolder } from './files';
import { durationText, memoryText, percentText, UNKNOWN } from './format';
import { helpOf, type OptionTable, refuseUnused } from './options';
import type { Style } from './output';
import type { Fields } from './report';
import { closest } from './suggestion';
import { pairs, table } from './table';

/** What is built and with what. */
export const BUILD_OPTIONS = {
  board: { type: 'string', short: 'b', value: 'BOARD', help: 'the board to build, as 60_mk6' },
  workspace: {
    type: 'string',
    short: 'w',
    value: 'DIR',
    help: 'the firmware tree, or a folder in or around it (default: here)',
  },
  compiler: { type: 'string', value: 'PATH', help: 'the arm-none-eabi-gcc to use, or its folder' },
  make: {
    type: 'string',
    multiple: true,
    value: 'NAME=VALUE',
    help: 'a further argument for make, as USE_LISPBM=0; can be repeated',
  },
  verbose: { type: 'boolean', short: 'v', help: 'show what make prints' },
} as const satisfies OptionTable;

export interface BuildValues {
  readonly board: string | undefined;
  readonly workspace: string | undefined;
  readonly compiler: string | undefined;
  readonly make: readonly string[];
  readonly verbose: boolean;
}

/**
 * Refuses what says how to build where a file was named in place of that.
 * @param used those that mean something all the same
 * @throws VescError `usage`
 */
export function refuseBuildOptions(
  command: string,
  values: BuildValues,
  used: readonly (keyof BuildValues)[] = [],
): void {
  const advice = 'Nothing is built when a file is named.';
  const unused = (Object.keys(BUILD_OPTIONS) as (keyof BuildValues)[]).filter((name) => !used.includes(name));
  refuseUnused(
    `vesc ${command} FILE`,
    { ...values },
    Object.fromEntries(unused.map((name) => [name, advice])),
    helpOf(command),
  );
}

/** A firmware tree and its boards. */
export interface Workspace {
  readonly tree: FirmwareTree;
  readonly boards: readonly Board[];
}

/** @throws VescError `file-unreadable`, `no-firmware-tree`, `tree-too-old` */
export async function openWorkspace(context: CommandContext, values: BuildValues): Promise<Workspace> {
  const { host } = context;
  const root = await workspaceFolder(context, values);
  const tree = await findFirmwareTree(root, host);
  return { tree, boards: await listBoards(tree, host, [root]) };
}

/**
 * The board asked for, else the one that goes without saying: the only one there is.
 * @throws VescError `unknown-board`, `no-board`
 */
export function chooseBoard({ tree, boards }: Workspace, wanted: string | undefined): Board {
  if (wanted !== undefined) return findBoard(boards, wanted);
  const [only] = boards;
  if (boards.length === 1 && only) return only;
  throw new VescError('no-board', { folder: tree.root });
}

function findBoard(boards: readonly Board[], wanted: string): Board {
  try {
    return selectBoard(boards, wanted);
  } catch (error) {
    const names = boards.map(({ name }) => name);
    const similar = closest(wanted, names);
    if (!isVescError(error, 'unknown-board') || error.details.similar.length > 0 || similar === undefined)
      throw error;
    throw new VescError('unknown-board', { ...error.details, similar: [similar] });
  }
}

/** The boards, for people. */
export function boardsText(boards: readonly Board[], style: Style): string[] {
  return table(
    [{ title: 'BOARD' }, { title: 'HARDWARE' }, { title: 'FOLDER' }],
    boards.map(({ name, hardwareName, vendorFolder }) => [name, hardwareName ?? UNKNOWN, vendorFolder]),
    style.dim,
  );
}

/**
 * Builds `board`; `fromNothing` compiles every file again. A build that fails for the user's code is a result that is not `ok`.
 * @throws VescError of the build that could not be tried
 */
export async function buildBoard(
  context: CommandContext,
  { tree }: Workspace,
  board: Board,
  values: BuildValues,
  fromNothing = false,
): Promise<BuildResult> {
  const { host, report, interruption } = context;
  for (const argument of values.make) {
    if (!/^[A-Za-z_]\w*[:+?]?=/.test(argument)) {
      throw new VescError('usage', { problem: `--make takes NAME=VALUE, not "${argument}".` });
    }
  }
  const toolchain = await findToolchain(tree, { setting: values.compiler }, host);
  report.progress({ stage: 'build', fraction: 0, message: `Building ${board.name}` });
  return new Builder(host, buildRecords(context)).build(
    { tree, board, toolchain, makeArguments: values.make },
    {
      fromNothing,
      signal: interruption.signal,
      onOutput: (line) => {
        if (values.verbose) report.log(line);
      },
      onProgress: ({ done, total, file }) =>
        report.progress({
          stage: 'build',
          fraction: total === undefined || total === 0 ? 0 : done / total,
          message: `Building ${board.name}`,
          detail: total === undefined ? `${done} files, ${file}` : `${done} of ${total}, ${file}`,
        }),
    },
  );
}

/** The builds that are remembered, shared with the extension. */
export function buildRecords({ core, host }: CommandContext): BuildRecords {
  return new BuildRecords(core.dataDirectory, host.files, host.clock);
}

/** How a build ended, as JSON carries it (design 7). */
export function buildFields(result: BuildResult): Fields {
  const { board, image, elf, hardware, version, commit, buildId, memory, diagnostics, duration_ms } = result;
  return {
    board,
    image: image ?? null,
    elf: elf ?? null,
    hardware: hardware ?? null,
    version: version ?? null,
    commit: commit ?? null,
    buildId: buildId ?? null,
    memory,
    diagnostics,
    duration_ms,
    compiled: result.compiled,
    warnings: result.warnings,
    comparison: result.comparison ?? null,
  };
}

/** `src/main.c:12:3: error: message`, as compilers write it, so that editors find the place. */
export function diagnosticText(diagnostic: Diagnostic, folder: string, style: Style): string {
  const { file, line, column, severity, message, code } = diagnostic;
  const near = relative(folder, file);
  const place = `${near.startsWith('..') ? file : near}:${line}${column === undefined ? '' : `:${column}`}`;
  const colour = severity === 'error' ? style.red : severity === 'warning' ? style.yellow : style.dim;
  return `${style.bold(place)}: ${colour(`${severity}:`)} ${message}${code === undefined ? '' : ` [${code}]`}`;
}

/** A build that went well, for people. */
export function buildText(result: BuildResult, style: Style): string[] {
  const { board, hardware, version, commit, buildId, image, compiled, duration_ms } = result;
  const how =
    compiled === 0 ? 'nothing had changed' : `${compiled} ${compiled === 1 ? 'file' : 'files'} compiled`;
  const change = comparisonSummary(result.comparison);
  const details = change === undefined ? how : `${how}; ${change}`;
  return [
    `${style.green('Built')} ${style.bold(board)} in ${durationText(duration_ms)} (${details})`,
    ...pairs(
      [
        ['Hardware', hardware],
        ['Version', version],
        ['Commit', commit],
        ['Build', buildId],
        ['Image', image],
      ],
      style.dim,
    ),
    '',
    ...memoryLines(result, style),
    ...changeLines(result, style),
  ];
}

const MEMORY_BAR = 20;

function memoryLines({ memory, comparison }: BuildResult, style: Style): string[] {
  if (memory.length === 0) return [];
  return table(
    [
      { title: 'MEMORY' },
      { title: 'USED', right: true },
      { title: 'OF', right: true },
      { title: '', right: true },
      { title: '' },
      { title: 'GROWTH', right: true },
    ],
    memory.map(({ region, used_B, size_B }) => {
      const full = Math.min(MEMORY_BAR, Math.round((used_B / size_B) * MEMORY_BAR));
      const bar = '█'.repeat(full) + '░'.repeat(MEMORY_BAR - full);
      return [
        region,
        memoryText(used_B),
        memoryText(size_B),
        percentText(used_B / size_B),
        bar,
        growthOf(region, comparison) ?? '',
      ];
    }),
    style.dim,
  );
}

const MOST_SYMBOLS = 12;

/** What made the difference to the build before. */
function changeLines({ comparison }: BuildResult, style: Style): string[] {
  if (!comparison || comparison.symbols.length === 0) return [];
  const { symbols, moreSymbols } = comparison;
  const shown = symbols.slice(0, MOST_SYMBOLS);
  const left = symbols.length + moreSymbols - shown.length;
  return [
    '',
    ...table(
      [{ title: 'SYMBOL' }, { title: 'IN' }, { title: 'NOW', right: true }, { title: 'GROWTH', right: true }],
      shown.map(({ symbol, memory, size_B, growth_B }) => [symbol, memory, `${size_B} B`, growth(growth_B)]),
      style.dim,
    ),
    ...(left > 0 ? [style.dim(`and ${left} more`)] : []),
  ];
}
