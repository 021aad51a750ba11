import { readFile } from 'node:fs/promises';
import { fileUnreadable } from '../base/fileErrors';

/** @throws VescError `file-unreadable` */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw fileUnreadable(file, error);
  }
}
