import { resolve } from 'node:path';
import { VescError } from '../base/errors';
import { fileUnwritable } from '../base/fileErrors';
import type { CommandContext } from './command';
import type { OptionSpec } from './options';

/**
 * The folder of `--workspace`, the present one when none is named.
 * @throws VescError `file-unreadable` when there is none
 */
export async function workspaceFolder(
  { host, folder }: Pick<CommandContext, 'host' | 'folder'>,
  { workspace }: { readonly workspace: string | undefined },
): Promise<string> {
  if (workspace === undefined) return folder;
  const path = resolve(folder, workspace);
  const status = await host.files.status(path);
  if (status?.kind === 'folder') return path;
  const reason = status ? 'it is no folder' : 'there is no such folder';
  throw new VescError('file-unreadable', { path: workspace, reason });
}

/**
 * The content of a file the user named.
 * @param path where it lies
 * @param name as the user typed it, for messages
 * @throws VescError `file-unreadable`
 */
export async function readFile(
  { host }: Pick<CommandContext, 'host'>,
  path: string,
  name: string,
): Promise<Uint8Array> {
  const status = await host.files.status(path);
  const bytes = status?.kind === 'file' ? await host.files.readBytes(path) : undefined;
  if (bytes) return bytes;
  const reason = !status
    ? 'there is no such file'
    : status.kind === 'folder'
      ? 'it is a folder'
      : 'no permission';
  throw new VescError('file-unreadable', { path: name, reason });
}

/** What lets a command write over a file: what lies there may be somebody's work. */
export function forceOption(where: string): OptionSpec & { readonly type: 'boolean' } {
  return { type: 'boolean', help: `${where}: replace a file that exists` };
}

/**
 * Where a file is to be written that the user named, seen to before a controller is asked for what goes into it.
 * @throws VescError `file-exists` when something would be replaced and `force` does not say that it may be
 */
export async function placeToWrite(
  { host, folder }: Pick<CommandContext, 'host' | 'folder'>,
  name: string,
  { force }: { readonly force: boolean },
): Promise<string> {
  const path = resolve(folder, name);
  // What is no file keeps nothing: a terminal, a pipe.
  if (!force && (await host.files.status(path))?.kind === 'file')
    throw new VescError('file-exists', { path });
  return path;
}

/**
 * Writes a whole file that the user named.
 * @throws VescError `file-unwritable`
 */
export async function writeFile(
  { host }: Pick<CommandContext, 'host'>,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  await host.files.write(path, content).catch((error: unknown) => {
    throw fileUnwritable(path, error);
  });
}
