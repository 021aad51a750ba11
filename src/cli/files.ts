import { resolve } from 'node:path';
import { VescError } from '../base/errors';
import type { CommandContext } from './command';

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
