import { createHash } from 'node:crypto';
import { VescError } from '../base/errors';
import { stampImage } from '../image/buildStamp';
import { type Image, readImage } from '../image/imageFile';
import type { BuildRecord } from './buildRecord';
import type { Files } from './files';

/**
 * The image of a kept build, read out of its ELF, which holds the same bytes as the .bin. Its content has to give
 * the identity it is kept under; nothing else is handed out.
 * @throws VescError `kept-build-unusable`
 */
export async function readKeptImage(record: BuildRecord, files: Pick<Files, 'readBytes'>): Promise<Image> {
  const unusable = (reason: string, cause?: unknown): VescError =>
    new VescError('kept-build-unusable', { buildId: record.buildId, path: record.elf, reason }, { cause });
  const bytes = await files.readBytes(record.elf);
  if (!bytes) throw unusable('the file is not there any more');
  const image = readable(bytes, record, unusable);
  const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
  if (stampImage(image.bytes, sha256).buildId !== record.buildId)
    throw unusable('its content is not that of the build');
  return image;
}

function readable(
  bytes: Uint8Array,
  { board }: BuildRecord,
  unusable: (reason: string, cause: unknown) => VescError,
): Image {
  try {
    return readImage(bytes, `${board}.elf`);
  } catch (error) {
    throw unusable('it cannot be read', error);
  }
}
