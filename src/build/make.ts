import * as path from 'node:path';
import { createHash } from 'node:crypto';
import { VescError } from '../base/errors';
import { PLACEHOLDER } from '../image/buildStamp';
import type { BuildRequest } from './buildResult';
import type { Files } from './files';
import type { GitState } from './gitState';
import type { BuildHost } from './host';

/** Where one build puts its files. */
export interface BuildFolders {
  /** BUILD_DIR: make adds the board's name. */
  readonly base: string;
  /** Everything of this build. */
  readonly output: string;
  readonly dependencies: string;
  readonly objects: string;
  readonly image: string;
  readonly elf: string;
}

/** One run of make. */
export interface MakeCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly folders: BuildFolders;
  /** What the objects carry as the commit; undefined when make finds that out alone. */
  readonly commitLabel: string | undefined;
}

/** What make and the shell behind it take literally in any place of a path. */
const PLAIN_PATH = /^[\p{L}\p{N}\w./\\:+@,~-]*$/u;
const ASSIGNMENT = /^[A-Za-z_]\w*=[^\s$`"'\\;&|<>(){}#*?!]*$/u;
const OURS = /^(?:ARM_SDK_PREFIX|BUILD_DIR|DEPPATH|HW_SRC|HW_HEADER|GIT_\w+|USER_GIT_COMMIT_HASH|MAKEFLAGS)=/;

/**
 * A folder of its own for every (tree, board, make arguments, compiler): objects depend on none of these, so two
 * builds in one folder would give an image that is partly the other's (facts 11).
 */
export function buildFolders(request: BuildRequest): BuildFolders {
  const { tree, board, toolchain, makeArguments = [] } = request;
  const custom = board.custom ? [board.header, board.source] : [];
  const key = createHash('sha256')
    .update(JSON.stringify([tree.root, makeArguments, toolchain.compiler, toolchain.version, custom]))
    .digest('hex')
    .slice(0, 12);
  const name = board.target.replace(/^fw_/, '');
  const base = path.join(tree.root, 'build', 'vesc', key);
  const output = path.join(base, name);
  return {
    base,
    output,
    dependencies: path.join(output, '.dep'),
    objects: path.join(output, 'obj'),
    image: path.join(output, `${name}.bin`),
    elf: path.join(output, `${name}.elf`),
  };
}

/**
 * The arguments and environment for make. Throws `tree-path-unusable`, `make-argument`, `tree-too-old` or
 * `custom-board-unsupported`.
 */
export async function planMake(
  request: BuildRequest,
  git: GitState | undefined,
  host: Pick<BuildHost, 'files' | 'env' | 'platform' | 'processors'>,
): Promise<MakeCall> {
  const { tree, board, toolchain, makeArguments = [] } = request;
  if (tree.layout === 'single') {
    const version = await tree.version();
    throw new VescError('tree-too-old', { folder: tree.root, ...(version && { version }) });
  }
  if (board.custom && !tree.buildsCustomBoards)
    throw new VescError('custom-board-unsupported', { board: board.name, folder: tree.root });
  for (const file of [tree.root, board.header, board.source ?? '']) requirePlainPath(file);
  for (const argument of makeArguments)
    if (!ASSIGNMENT.test(argument) || OURS.test(argument)) throw new VescError('make-argument', { argument });

  const folders = buildFolders(request);
  const identity = await identityArguments(tree.root, git, host.files);
  const custom = board.custom ? [`HW_SRC=${board.source ?? ''}`, `HW_HEADER=${board.header}`] : [];
  const slashes = (file: string): string => (host.platform === 'win32' ? file.replaceAll('\\', '/') : file);
  return {
    program: toolchain.make,
    args: [
      `-j${host.processors}`,
      ...(toolchain.synchronisedOutput ? ['-Otarget'] : []),
      '--no-print-directory',
      board.target,
      `ARM_SDK_PREFIX=${toolchain.prefix}`,
      `BUILD_DIR=${slashes(folders.base)}`,
      `DEPPATH=${slashes(folders.dependencies)}`,
      ...custom.map(slashes),
      ...identity.args,
      ...makeArguments,
    ],
    env: makeEnvironment(toolchain.searchPath, host),
    cwd: tree.root,
    folders,
    commitLabel: identity.commitLabel,
  };
}

/** @throws VescError `tree-path-unusable` for a path that make or its shell would not take literally */
export function requirePlainPath(file: string): void {
  if (PLAIN_PATH.test(file)) return;
  const character = [...file].find((letter) => !PLAIN_PATH.test(letter))!;
  throw new VescError('tree-path-unusable', { path: file, character });
}

/**
 * How the placeholder for the build identity gets into the image (design 4.2): as the user's commit where the tree
 * knows that (≥ 6.06), else behind the commit. The tree's own dirty mark misses staged and new files (facts 11).
 */
async function identityArguments(
  root: string,
  git: GitState | undefined,
  files: Files,
): Promise<{ args: string[]; commitLabel: string | undefined }> {
  const [makefile, rules] = await Promise.all([
    files.readText(path.join(root, 'Makefile')),
    files.readText(path.join(root, 'make', 'fw.mk')),
  ]);
  // Trees before 6.06 do not ask the linker for its table.
  const table = rules?.includes('print-memory-usage') ? [] : ['USE_LDOPT=--print-memory-usage'];
  const commit = git && `${git.commit}${git.dirty ? '-dirty' : ''}`;
  if (makefile?.includes('USER_GIT_COMMIT_HASH')) {
    const own = commit === undefined ? [] : [`GIT_COMMIT_HASH=${commit}`, 'GIT_DIRTY_LABEL='];
    return { args: [...own, `USER_GIT_COMMIT_HASH=${PLACEHOLDER}`, ...table], commitLabel: commit };
  }
  const label = `${commit ?? 'unknown'}.${PLACEHOLDER}`;
  return { args: [`GIT_COMMIT_HASH=${label}`, 'GIT_DIRTY_LABEL=', ...table], commitLabel: label };
}

/** The user's environment without what would change make's meaning, in the language whose messages we can read. */
export function makeEnvironment(
  searchPath: readonly string[],
  host: Pick<BuildHost, 'env' | 'platform'>,
): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(host.env))
    if (!/^(?:MAKEFLAGS|MAKELEVEL|MFLAGS|GNUMAKEFLAGS|MAKEFILES|LANG|LANGUAGE|LC_\w+|PATH)$/i.test(name))
      env[name] = value;
  env['PATH'] = searchPath.join(host.platform === 'win32' ? ';' : ':');
  env['LC_ALL'] = 'C';
  return env;
}
