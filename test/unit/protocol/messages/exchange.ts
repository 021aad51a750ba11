import assert from 'node:assert/strict';
import { fromHex, toHex } from '../../../../src/protocol/bytes';
import { decodeReply, type Request } from '../../../../src/protocol/request';

/** The bytes of a readable pattern: blanks are ignored, text stands in quotes. */
export function bytes(pattern: string): Uint8Array {
  const hex = pattern.replace(/"([^"]*)"/g, (_, text: string) => Buffer.from(text, 'latin1').toString('hex'));
  return fromHex(hex.replace(/\s/g, ''));
}

export function sends(payload: Uint8Array, pattern: string): void {
  assert.equal(toHex(payload), toHex(bytes(pattern)));
}

/** The request sends exactly that, and takes exactly that answer for that value. */
export function exchange<R>(request: Request<R>, sent: string, answer: string, value: R): void {
  sends(request.payload, sent);
  assert.deepEqual(decodeReply(request, bytes(answer)), value);
}

/** The request does not take these for its answer. */
export function refuses(request: Request<unknown>, ...answers: readonly string[]): void {
  for (const answer of answers) assert.equal(decodeReply(request, bytes(answer)), undefined, answer);
}
