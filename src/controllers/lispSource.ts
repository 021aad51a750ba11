import { basename, dirname, resolve } from 'node:path';
import { VescError } from '../base/errors';
import type { Files } from '../build/files';
import { packLisp, type ReadImport } from '../settings/lispPack';

/**
 * A LispBM source with everything it imports, as a controller stores it.
 * @param path where the source is
 * @param limit_B the most that the controller stores
 * @throws VescError `file-unreadable`, `lisp-empty`, `lisp-import`, `lisp-too-large`
 */
export async function packLispFile(files: Files, path: string, limit_B: number): Promise<Uint8Array> {
  const source = await readAtMost(files, path, limit_B);
  if ('size_B' in source) {
    throw new VescError('lisp-too-large', { file: basename(path), size_B: source.size_B, limit_B });
  }
  if ('problem' in source) throw new VescError('file-unreadable', { path, reason: source.problem });
  if (isEmpty(source)) throw new VescError('lisp-empty', { file: basename(path) });
  const read = importReader(files, dirname(path));
  return packLisp(source, { file: basename(path), limit_B, read });
}

/** True for a source of nothing but blanks; the NUL that may end it counts for nothing. */
function isEmpty(source: Uint8Array): boolean {
  return new TextDecoder().decode(source).replace(/\0$/, '').trim() === '';
}

function importReader(files: Files, folder: string): ReadImport {
  return async (path, limit_B) => {
    const content = await readAtMost(files, resolve(folder, path), limit_B);
    return 'size_B' in content ? { problem: `it has ${content.size_B} bytes, more than fit` } : content;
  };
}

type Content = Uint8Array | { readonly problem: string } | { readonly size_B: number };

async function readAtMost(files: Files, path: string, limit_B: number): Promise<Content> {
  const status = await files.status(path);
  if (!status) return { problem: 'there is no such file' };
  if (status.kind === 'folder') return { problem: 'it is a folder' };
  if (status.size_B > limit_B) return { size_B: status.size_B };
  return (await files.readBytes(path)) ?? { problem: 'no permission' };
}
