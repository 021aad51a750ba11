import { readFile } from 'node:fs/promises';
import { VescError } from '../base/errors';

/** @throws VescError `file-unreadable` */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new VescError('file-unreadable', { path: file, reason: (error as Error).message });
  }
}
