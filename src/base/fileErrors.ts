import { VescError } from './errors';

/** What the codes of the system mean, whichever way a file was touched. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'it exists already',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'its name is too long',
};

/** What went wrong at writing `path`, for the user. */
export function fileUnwritable(path: string, error: unknown): VescError<'file-unwritable'> {
  const reason = reasonOf(error, 'its folder does not exist');
  return new VescError('file-unwritable', { path, reason }, { cause: error });
}

/** What went wrong at reading `path`, for the user. */
export function fileUnreadable(path: string, error: unknown): VescError<'file-unreadable'> {
  const reason = reasonOf(error, 'there is no such file');
  return new VescError('file-unreadable', { path, reason }, { cause: error });
}

function reasonOf(error: unknown, missing: string): string {
  const { code, message } = error as Error & { readonly code?: string };
  if (code === 'ENOENT') return missing;
  return (code === undefined ? undefined : REASONS[code]) ?? code ?? message;
}
