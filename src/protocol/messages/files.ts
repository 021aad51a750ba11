import { CommandId } from '../commandId';
import type { Request } from '../request';
import { contents, message, succeeded } from './message';
import type { WriteReply } from './update';

/** Files on the memory card of a VESC Express module (facts 2.10); other controllers do not answer. */

export interface FileEntry {
  readonly name: string;
  readonly directory: boolean;
  readonly size_B: number;
}
export interface FileListing {
  /** There are more entries: ask again from the last name. */
  readonly more: boolean;
  readonly entries: readonly FileEntry[];
}

/** Lists the folder `path`, beginning behind the entry called `from` (empty: at the beginning). */
export function fileList(path: string, from: string): Request<FileListing> {
  return {
    payload: message(CommandId.FILE_LIST).string(path).string(from).finish(),
    replyId: CommandId.FILE_LIST,
    decode(reply) {
      const reader = contents(reply);
      const more = reader.u8() !== 0;
      const entries: FileEntry[] = [];
      while (reader.remaining > 0) {
        entries.push({ directory: reader.u8() !== 0, size_B: reader.i32(), name: reader.string() });
      }
      return { more, entries };
    },
  };
}

/** A piece of a file; 400 bytes, over WiFi up to 3900. */
export interface FileChunk {
  readonly offset: number;
  /** Size of the whole file. */
  readonly size_B: number;
  readonly data: Uint8Array;
}

/** Reads the file `path` from `offset`, as much as the module sends at once. */
export function fileRead(path: string, offset: number): Request<FileChunk> {
  return {
    payload: message(CommandId.FILE_READ).string(path).i32(offset).finish(),
    replyId: CommandId.FILE_READ,
    decode(reply) {
      const reader = contents(reply);
      const chunk = { offset: reader.i32(), size_B: reader.i32(), data: reader.take() };
      return chunk.offset === offset ? chunk : undefined;
    },
  };
}

/** Writes a piece of the file `path`, which will have `size_B` bytes in all. */
export function fileWrite(
  path: string,
  offset: number,
  size_B: number,
  data: Uint8Array,
): Request<WriteReply> {
  return {
    payload: message(CommandId.FILE_WRITE).string(path).i32(offset).i32(size_B).bytes(data).finish(),
    replyId: CommandId.FILE_WRITE,
    decode(reply) {
      const reader = contents(reply);
      const answer = { offset: reader.i32(), ok: reader.u8() !== 0 };
      return answer.offset === offset ? answer : undefined;
    },
  };
}

/** Makes the folder `path`. */
export function fileMakeDirectory(path: string): Request<boolean> {
  return succeeded(CommandId.FILE_MKDIR, message(CommandId.FILE_MKDIR).string(path).finish());
}

/** Removes the file or folder `path`. */
export function fileRemove(path: string): Request<boolean> {
  return succeeded(CommandId.FILE_REMOVE, message(CommandId.FILE_REMOVE).string(path).finish());
}
