import { ByteReader, ByteWriter } from '../bytes';
import type { CommandId } from '../commandId';
import type { FieldTable } from '../fields';
import type { Request } from '../request';

/** A payload that begins with command `id`. */
export function message(id: CommandId): ByteWriter {
  return new ByteWriter().u8(id);
}

/** What follows the command id of `payload`. */
export function contents(payload: Uint8Array): ByteReader {
  return new ByteReader(payload, 1);
}

/** The contents of a payload that the controller sends by itself; `undefined` when it is some other one. */
export function contentsOf(id: CommandId, payload: Uint8Array): ByteReader | undefined {
  return payload[0] === id ? contents(payload) : undefined;
}

/** A request whose answer is just its id. The value is `true`, because `undefined` means "not the answer". */
export function acknowledged(id: CommandId, payload: Uint8Array): Request<true> {
  return { payload, replyId: id, decode: () => true };
}

/** A request answered by one byte: done or not. */
export function succeeded(replyId: CommandId, payload: Uint8Array): Request<boolean> {
  return { payload, replyId, decode: (reply) => contents(reply).u8() !== 0 };
}

/** A request without parameters, answered by all fields of `table`. */
export function ask<T extends object>(id: CommandId, table: FieldTable<T>): Request<T> {
  return { payload: message(id).finish(), replyId: id, decode: (reply) => table.read(contents(reply)) };
}

/** How wide the mask of a partial request is, and that of its answer: not always the same (facts, trap 13). */
export interface MaskWidths {
  readonly request: 'u16' | 'u32';
  readonly reply: 'u16' | 'u32';
}

/**
 * A request for the fields with these names. The answer repeats the mask, so two of them cannot be mixed up. It
 * may hold more than was asked for where values share a byte.
 */
export function askFor<T extends object, K extends keyof T>(
  id: CommandId,
  table: FieldTable<T>,
  keys: readonly K[],
  widths: MaskWidths,
): Request<Pick<T, K>> {
  const mask = table.mask(keys);
  return {
    payload: message(id)[widths.request](mask).finish(),
    replyId: id,
    decode(reply) {
      const reader = contents(reply);
      return reader[widths.reply]() === mask ? (table.readSelected(reader, mask) as Pick<T, K>) : undefined;
    },
  };
}
