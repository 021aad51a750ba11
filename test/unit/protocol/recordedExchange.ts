import assert from 'node:assert/strict';
import { ByteReader, fromHex, toHex } from '../../../src/protocol/bytes';
import { forwardCan } from '../../../src/protocol/messages/can';
import { decodePrint } from '../../../src/protocol/messages/terminal';
import { decodeReply, type Request } from '../../../src/protocol/request';

/** One request to the firmware and what came back, as recorded. */
export interface Exchange {
  readonly name: string;
  readonly request: string;
  readonly replies: readonly string[];
  readonly meaning: unknown;
}

/** What of `all` the bits of `mask` select, the table's own knowledge of the order left aside. */
export function selected<T extends object>(all: T, mask: number, shared: number[] = []): Partial<T> {
  const entries = Object.entries(all);
  return Object.fromEntries(
    entries.filter((_, i) => mask & (1 << Math.min(i, ...shared.filter((bit) => bit <= i)))),
  ) as Partial<T>;
}

export function singles<T extends object>(values: T): T {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Math.fround(value as number)]),
  ) as T;
}

/** We would send exactly these bytes. */
export function sends(exchange: Exchange, payload: Uint8Array): void {
  assert.equal(toHex(payload), exchange.request);
}

/** We would send exactly these bytes, and what came back means `value`. */
export function answers<R>(exchange: Exchange, request: Request<R>, value: R): void {
  sends(exchange, request.payload);
  means(exchange, request, value);
}

/** What came back, last or alone, means `value`. */
export function means<R>(exchange: Exchange, request: Request<R>, value: R): void {
  assert.deepEqual(decodeReply(request, fromHex(exchange.replies.at(-1)!)), value);
}

export function forwarded<R>(canId: number, request: Request<R>): Request<R> {
  return { ...request, payload: forwardCan(canId, request.payload) };
}

/** Nothing came back, to exactly these bytes. */
export function silent(exchange: Exchange, payload: Uint8Array): void {
  sends(exchange, payload);
  assert.deepEqual(exchange.replies, []);
}

export function prints(exchange: Exchange): string[] {
  return exchange.replies.map((reply) => {
    const print = decodePrint(fromHex(reply));
    assert.notEqual(print, undefined);
    return print!;
  });
}

export function maskOf(exchange: Exchange): number {
  return Number(/mask (0x[0-9a-f]+)/.exec(exchange.name)![1]);
}

/** An answer to a part of the values: what we ask for, what it means, and that we can give the same answer. */
export function partial<T extends object>(
  exchange: Exchange,
  ask: (fields: (keyof T)[]) => Request<Partial<T>>,
  expected: Partial<T>,
  encode: (mask: number) => Uint8Array,
): void {
  answers(exchange, ask(Object.keys(expected) as (keyof T)[]), expected);
  assert.equal(toHex(encode(maskOf(exchange))), exchange.replies[0]);
}

/** Offset and data of a recorded write whose message begins with `header` bytes. */
export function written(exchange: Exchange, header = 1): { offset: number; data: Uint8Array } {
  const reader = new ByteReader(fromHex(exchange.request), header);
  return { offset: reader.u32(), data: reader.take() };
}
