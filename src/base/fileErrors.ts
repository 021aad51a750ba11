import { VescError } from './errors';

/** What went wrong at writing `path`, for the user. */
export function fileUnwritable(path: string, error: unknown): VescError<'file-unwritable'> {
  const { code, message } = error as Error & { readonly code?: string };
  return new VescError('file-unwritable', { path, reason: code ?? message }, { cause: error });
}
