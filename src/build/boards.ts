import * as path from 'node:path';
import { VescError } from '../base/errors';
import type { Files } from './files';
import type { FirmwareTree } from './firmwareTree';
import { readHardwareName } from './hardwareName';

/** A build target: one hardware header of the tree, or one of the user's own outside of it. */
export interface Board {
  /** The header's file name without `hw_` and `.h`, case preserved. */
  readonly name: string;
  readonly header: string;
  /** Undefined when no file goes with the header by name; some headers name their source themselves. */
  readonly source: string | undefined;
  /** The make target: `fw_<name>`, or `fw_custom` for a header outside of the tree. */
  readonly target: string;
  /** What the controller will call itself (HW_NAME), when the header can be understood. */
  readonly hardwareName: string | undefined;
  /** The folder under hwconf, or the folder that holds a custom header. */
  readonly vendorFolder: string;
  /** True for a header outside of hwconf, passed to make as HW_HEADER and HW_SRC. */
  readonly custom: boolean;
}

const SKIPPED = new Set(['node_modules', 'build', 'builds', 'tools', 'downloads', 'dist', 'out', 'package']);
const CUSTOM_DEPTH = 4;

/**
 * The boards that can be built in `tree`, sorted by name, the tree's own before custom ones of `folders`.
 * Throws `tree-too-old` for the one-board layout of 5.x (facts 8.1).
 */
export async function listBoards(
  tree: FirmwareTree,
  host: { readonly files: Files },
  folders: readonly string[] = [],
): Promise<Board[]> {
  if (tree.layout === 'single') {
    const version = await tree.version();
    throw new VescError('tree-too-old', { folder: tree.root, ...(version && { version }) });
  }
  const { files } = host;
  const hwconf = path.join(tree.root, 'hwconf');
  const own = new Map<string, Board>();
  for (const header of await findHeaders(hwconf, Infinity, files)) {
    const board = await describe(header, files, tree.root);
    const [vendorFolder = ''] = path.relative(hwconf, path.dirname(header)).split(path.sep);
    if (!own.has(board.name))
      own.set(board.name, { ...board, target: `fw_${board.name}`, vendorFolder, custom: false });
  }
  const custom = tree.buildsCustomBoards ? await listCustomBoards(tree, files, folders) : [];
  return [...sorted([...own.values()]), ...sorted(custom)];
}

async function listCustomBoards(
  tree: FirmwareTree,
  files: Files,
  folders: readonly string[],
): Promise<Board[]> {
  const found = new Map<string, Board>();
  for (const folder of folders) {
    const root = await files.realPath(folder);
    for (const header of await findHeaders(root, CUSTOM_DEPTH, files, path.join(tree.root, 'hwconf'))) {
      const board = await describe(header, files, tree.root);
      // Without a source and a hardware name it is some other library's hw_*.h.
      if (board.source === undefined || board.hardwareName === undefined) continue;
      const vendorFolder = path.dirname(header);
      found.set(header, { ...board, target: 'fw_custom', vendorFolder, custom: true });
    }
  }
  return [...found.values()];
}

/**
 * The board meant by `wanted`: its name, its make target (`fw_60`), the path of its header, or its name in
 * another case when only one board fits. Throws `unknown-board` with the closest names.
 */
export function selectBoard(boards: readonly Board[], wanted: string): Board {
  const name = wanted.replace(/^fw_/, '');
  const exact =
    boards.find((board) => board.name === name) ?? boards.find((board) => board.header === wanted);
  if (exact) return exact;
  const folded = boards.filter((board) => board.name.toLowerCase() === name.toLowerCase());
  if (folded.length === 1) return folded[0]!;
  const similar = boards
    .map((board) => board.name)
    .filter((other) => other.toLowerCase().includes(name.toLowerCase()) && name !== '')
    .slice(0, 5);
  throw new VescError('unknown-board', { board: wanted, similar, boards: boards.length });
}

function sorted(boards: Board[]): Board[] {
  return boards.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.header < b.header ? -1 : 1));
}

async function describe(
  header: string,
  files: Files,
  root: string,
): Promise<Pick<Board, 'name' | 'header' | 'source' | 'hardwareName'>> {
  const name = path.basename(header).slice('hw_'.length, -'.h'.length);
  return {
    name,
    header,
    source: await findSource(header, name, files),
    hardwareName: await readHardwareName(header, files, root),
  };
}

/** The folder's `hw_*_core.c` if there is one, else the header's sister without `_no_limits` (facts 8.1). */
async function findSource(header: string, name: string, files: Files): Promise<string | undefined> {
  const folder = path.dirname(header);
  const names = (await files.list(folder))
    .filter((entry) => entry.kind === 'file')
    .map((entry) => entry.name);
  const sister = `hw_${name.replaceAll('_no_limits', '')}.c`;
  const source =
    names.find((other) => /^hw_.*_core\.c$/.test(other)) ?? names.find((other) => other === sister);
  return source === undefined ? undefined : path.join(folder, source);
}

async function findHeaders(folder: string, depth: number, files: Files, except?: string): Promise<string[]> {
  const headers: string[] = [];
  for (const entry of await files.list(folder)) {
    if (entry.name.startsWith('.')) continue;
    const at = path.join(folder, entry.name);
    if (entry.kind === 'file') {
      if (/^hw_.*\.h$/.test(entry.name) && !entry.name.endsWith('core.h')) headers.push(at);
    } else if (depth > 0 && at !== except && !(except !== undefined && SKIPPED.has(entry.name))) {
      headers.push(...(await findHeaders(at, depth - 1, files, except)));
    }
  }
  return headers;
}
