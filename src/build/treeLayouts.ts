import * as path from 'node:path';
import type { LayoutSource } from '../settings/configuration';
import { type LayoutFiles, settingsHelp, treeLayout } from '../settings/treeLayout';
import { commitHash, git } from './gitState';
import type { BuildHost } from './host';

type TreeHost = Pick<BuildHost, 'files' | 'processes' | 'env'>;

const NAMES: Readonly<Record<keyof LayoutFiles, string>> = {
  source: 'confgenerator.c',
  header: 'confgenerator.h',
  types: 'datatypes.h',
};
/** The default headers, and the folders in which releases have them. */
const DEFAULTS = ['mcconf_default.h', 'appconf_default.h'];
const DEFAULT_FOLDERS = ['', 'motor', 'applications', 'mcconf', 'appconf'];
const HASH = /^[0-9a-f]{40}$/;

/**
 * The layouts that the firmware tree at `root` knows: of the commit a controller reports, of the files as they are
 * now, and of whichever commit of its history brought or took the signature.
 */
export function treeLayouts({ root }: { readonly root: string }, host: TreeHost): LayoutSource {
  return async (kind, signature, commit) => {
    const places = [
      () => filesOfCommit(root, commit === undefined ? undefined : commitHash(commit), host),
      () => filesOnDisk(root, host),
      ...[0, 1].map((parent) => async () => {
        const change = await commitThatChanged(root, signature, host);
        return filesOfCommit(root, change === undefined ? undefined : `${change}${'^'.repeat(parent)}`, host);
      }),
    ];
    for (const read of places) {
      const files = await read();
      const layout = files && treeLayout(kind, files);
      if (layout?.signature === signature) return layout;
    }
    return undefined;
  };
}

/** What the tree at `root` says about its settings, by their names; empty where it says nothing. */
export async function treeHelp(
  { root }: { readonly root: string },
  { files }: Pick<BuildHost, 'files'>,
): Promise<ReadonlyMap<string, string>> {
  const source = await files.readText(path.join(root, NAMES.source));
  if (source === undefined) return new Map();
  const defaults: string[] = [];
  for (const folder of DEFAULT_FOLDERS) {
    for (const name of DEFAULTS) defaults.push((await files.readText(path.join(root, folder, name))) ?? '');
  }
  return settingsHelp(source, defaults);
}

async function filesOnDisk(root: string, { files }: TreeHost): Promise<LayoutFiles | undefined> {
  return collect((name) => files.readText(path.join(root, name)));
}

/** The files lie in other folders in other releases, so they are looked for. */
async function filesOfCommit(
  root: string,
  commit: string | undefined,
  host: TreeHost,
): Promise<LayoutFiles | undefined> {
  if (commit === undefined) return undefined;
  const listing = await git(root, ['ls-tree', '-r', '--name-only', commit, '--'], host);
  if (listing === undefined) return undefined;
  const paths = listing.split('\n');
  return collect(async (name) => {
    const found = paths.find((file) => path.posix.basename(file) === name);
    return found === undefined ? undefined : git(root, ['show', `${commit}:./${found}`, '--'], host);
  });
}

async function collect(
  read: (name: string) => Promise<string | undefined>,
): Promise<LayoutFiles | undefined> {
  const [source, header, types] = [
    await read(NAMES.source),
    await read(NAMES.header),
    await read(NAMES.types),
  ];
  return source === undefined || header === undefined || types === undefined
    ? undefined
    : { source, header, types };
}

/** The newest commit, on any branch, that added the signature or took it away. */
async function commitThatChanged(
  root: string,
  signature: number,
  host: TreeHost,
): Promise<string | undefined> {
  const found = await git(
    root,
    ['log', '--all', '-n', '1', '--format=%H', `-S${signature}`, '--', `*${NAMES.header}`],
    host,
  );
  const hash = found?.trim() ?? '';
  return HASH.test(hash) ? hash : undefined;
}
