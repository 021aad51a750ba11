import * as path from 'node:path';
import { VescError } from '../base/errors';
import { type GitState, readGitState } from './gitState';
import type { BuildHost } from './host';

/** The version that conf_general.h declares. */
export interface TreeVersion {
  readonly major: number;
  readonly minor: number;
  /** 0 for a release, counted up by beta builds. */
  readonly test: number;
}

/** A checkout of the VESC firmware. */
export interface FirmwareTree {
  /** Absolute path, links resolved. */
  readonly root: string;
  /** The folder's name, for people. */
  readonly name: string;
  /** `boards`: one target a board (≥ 6.00). `single`: one Makefile that builds the one configured board (5.x). */
  readonly layout: 'boards' | 'single';
  /** True when boards outside of the tree can be built: the Makefile knows fw_custom (≥ 6.06). */
  readonly buildsCustomBoards: boolean;
  /** Read again at every call: the user switches branches under us. Undefined when it is not declared. */
  version(): Promise<TreeVersion | undefined>;
  /** Undefined when the folder is no git checkout or git is missing. */
  gitState(): Promise<GitState | undefined>;
}

/** Folders that never hold a tree of their own but may be huge. */
const SKIPPED = new Set(['node_modules', 'build', 'builds', 'tools', 'downloads', 'dist', 'out', 'package']);
const MAX_DEPTH = 3;

type TreeHost = Pick<BuildHost, 'files' | 'processes' | 'env'>;

/**
 * The firmware trees in `folders`: at the root, in a folder up to three levels down, or around a folder that
 * lies inside a tree. Each once, in the order of the folders.
 */
export async function findFirmwareTrees(folders: readonly string[], host: TreeHost): Promise<FirmwareTree[]> {
  const found = new Map<string, FirmwareTree>();
  for (const folder of folders) {
    const before = found.size;
    await search(await host.files.realPath(folder), MAX_DEPTH, host, found);
    if (found.size === before) await searchUpwards(await host.files.realPath(folder), host, found);
  }
  return [...found.values()];
}

/** The one tree at or in `folder`; throws `no-firmware-tree` when there is none. */
export async function findFirmwareTree(folder: string, host: TreeHost): Promise<FirmwareTree> {
  const [tree] = await findFirmwareTrees([folder], host);
  if (!tree) throw new VescError('no-firmware-tree', { folder });
  return tree;
}

async function search(
  folder: string,
  depth: number,
  host: TreeHost,
  found: Map<string, FirmwareTree>,
): Promise<void> {
  const tree = await openFirmwareTree(folder, host);
  if (tree) {
    found.set(tree.root, tree);
    return;
  }
  if (depth === 0) return;
  for (const entry of await host.files.list(folder)) {
    if (entry.kind !== 'folder' || entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
    await search(await host.files.realPath(path.join(folder, entry.name)), depth - 1, host, found);
  }
}

async function searchUpwards(
  folder: string,
  host: TreeHost,
  found: Map<string, FirmwareTree>,
): Promise<void> {
  for (let at = folder; path.dirname(at) !== at; at = path.dirname(at)) {
    const tree = await openFirmwareTree(at, host);
    if (tree) {
      found.set(tree.root, tree);
      return;
    }
  }
}

/** The tree whose root is exactly `root`, if that is one (facts 8.1). */
export async function openFirmwareTree(root: string, host: TreeHost): Promise<FirmwareTree | undefined> {
  const { files } = host;
  const kindOf = async (...parts: string[]): Promise<string | undefined> =>
    (await files.status(path.join(root, ...parts)))?.kind;
  if ((await kindOf('Makefile')) !== 'file' || (await kindOf('conf_general.h')) !== 'file') return undefined;
  if ((await kindOf('hwconf')) !== 'folder') return undefined;
  const layout = (await kindOf('make', 'fw.mk')) === 'file' ? 'boards' : 'single';
  const makefile = (await files.readText(path.join(root, 'Makefile'))) ?? '';
  return {
    root,
    name: path.basename(root),
    layout,
    buildsCustomBoards: /^fw_custom\s*:/m.test(makefile),
    version: async () => parseVersion((await files.readText(path.join(root, 'conf_general.h'))) ?? ''),
    gitState: () => readGitState(root, host),
  };
}

/** Reads the three version macros; a minor number is written `05`, so it is decimal in spite of its zero. */
export function parseVersion(confGeneral: string): TreeVersion | undefined {
  const number = (macro: string): number | undefined => {
    const digits = new RegExp(`^[ \\t]*#[ \\t]*define[ \\t]+${macro}[ \\t]+(\\d+)`, 'm').exec(
      confGeneral,
    )?.[1];
    return digits === undefined ? undefined : Number.parseInt(digits, 10);
  };
  const major = number('FW_VERSION_MAJOR');
  const minor = number('FW_VERSION_MINOR');
  if (major === undefined || minor === undefined) return undefined;
  return { major, minor, test: number('FW_TEST_VERSION_NUMBER') ?? 0 };
}
