import { VescError } from '../base/errors';
import type { CommandContext } from './command';

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
