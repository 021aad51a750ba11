import * as path from 'node:path';
import type { BuildRequest } from './buildResult';
import { plainText, resolveFile } from './diagnostics/diagnostic';
import type { Files } from './files';
import type { FirmwareTree } from './firmwareTree';
import type { BuildHost } from './host';
import { planMake } from './make';
import { shellWords } from './shellWords';
import type { Toolchain } from './toolchain';

/** How one file is compiled, as language servers read it (the JSON compilation database of Clang). */
export interface CompileCommand {
  readonly directory: string;
  /** Absolute. */
  readonly file: string;
  /** The compiler by its absolute path, then what it gets. */
  readonly arguments: readonly string[];
}

const COMPILER = /^(?:.*[-/\\])?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-[\d.]+)?(?:\.exe)?$/;
const SOURCE = /\.(?:c|cc|cpp|cxx|s|S)$/;
/** Options of the compiler whose value is the next word. */
const WITH_VALUE = new Set(
  '-o -x -D -U -I -L -T -include -imacros -isystem -iquote -idirafter -MF -MT -MQ -Xassembler -Xpreprocessor'.split(
    ' ',
  ),
);
const ENTERS = /^make(?:\.exe)?(?:\[\d+\])?: Entering directory [`']([^']+)'$/;
const LEAVES = /^make(?:\.exe)?(?:\[\d+\])?: Leaving directory /;

/**
 * Where the compile lines of the board that is worked on are written. One place for all boards, so that whoever is
 * pointed to it once stays right when another board is chosen; and one where clangd looks by itself.
 */
export function compileCommandsFile(tree: Pick<FirmwareTree, 'root'>): string {
  return path.join(tree.root, 'build', 'compile_commands.json');
}

/**
 * How make compiles each file of `request`: it is asked to tell every command of a build from nothing and to run
 * none (`-n -B`). Empty when make cannot tell.
 * @throws VescError as planMake
 */
export async function readCompileCommands(
  request: BuildRequest,
  host: BuildHost,
  signal?: AbortSignal,
): Promise<CompileCommand[]> {
  const { tree, toolchain } = request;
  const call = await planMake(request, await tree.gitState(), host);
  const kept = call.args.filter((argument) => !/^(?:-j\d*|-Otarget|--no-print-directory)$/.test(argument));
  const { cwd, env, program } = call;
  const result = await host.processes
    .run(program, ['-n', '-B', '--print-directory', ...kept], { cwd, env, signal })
    .catch(() => undefined);
  return result?.status === 0 ? parseCompileLines(result.stdout, tree.root, toolchain) : [];
}

/** The compile lines in what make printed; each file once, as it is compiled last. */
export function parseCompileLines(
  output: string,
  root: string,
  toolchain: Pick<Toolchain, 'prefix' | 'compiler'>,
): CompileCommand[] {
  const found = new Map<string, CompileCommand>();
  const folders = [root];
  for (const line of output
    .replaceAll(/\\\r?\n/g, ' ')
    .split('\n')
    .map(plainText)) {
    const entered = ENTERS.exec(line)?.[1];
    if (entered !== undefined) folders.push(entered);
    else if (LEAVES.test(line)) folders.pop();
    else {
      const directory = folders.at(-1) ?? root;
      const command = readCompileLine(line, directory, toolchain);
      if (command) found.set(command.file, command);
    }
  }
  return [...found.values()];
}

/**
 * Writes `commands` where {@link compileCommandsFile} says. A file that says the same already is left alone, so that
 * nobody reads everything again, and so is one that somebody else wrote.
 * @returns what became of the file
 */
export async function writeCompileCommands(
  tree: Pick<FirmwareTree, 'root'>,
  commands: readonly CompileCommand[],
  files: Files,
): Promise<'written' | 'unchanged' | 'not-ours'> {
  const file = compileCommandsFile(tree);
  const text = `${JSON.stringify(commands, undefined, 1)}\n`;
  const before = await files.readText(file);
  if (before === text) return 'unchanged';
  // Every line of ours names the folder that our builds go to.
  if (before !== undefined && !/[\\/]build[\\/]+vesc[\\/]/.test(before)) return 'not-ours';
  await files.write(file, text);
  return 'written';
}

function readCompileLine(
  line: string,
  directory: string,
  { prefix, compiler }: Pick<Toolchain, 'prefix' | 'compiler'>,
): CompileCommand | undefined {
  // Most lines are no compiler's; those that are have thousands of letters.
  if (!line.includes(' -c ')) return undefined;
  const words = shellWords(line.trim().replace(/^@/, ''));
  const [program = '', ...options] = words ?? [];
  if (!COMPILER.test(program)) return undefined;
  const source = options.find(
    (word, index) => SOURCE.test(word) && !word.startsWith('-') && !WITH_VALUE.has(options[index - 1] ?? ''),
  );
  if (source === undefined) return undefined;
  // Language servers ask the compiler for its own folders, and do not have make's PATH.
  const absolute = program === `${prefix}gcc` ? compiler : program;
  return { directory, file: resolveFile(directory, source), arguments: [absolute, ...options] };
}
