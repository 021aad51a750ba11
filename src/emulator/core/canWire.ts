import {
  bitClocks,
  CAN1,
  isPassive,
  LBKM,
  LAST_SEQUENCE,
  MAILBOXES,
  NART,
  SILM,
  BTR,
  sequenceOf,
  takesPart,
  TXFP,
} from './canState';
import { peekNumber, putByte, Queue, queueFree, queueLength, takeByte } from './queues';
import { word } from './shadow';
import { cancel, now, schedule, TimedEvent } from './time';

// What CAN1 and the bus outside tell each other, in records of 32 bytes with the time in them (src/emulator/can/record.ts
// has the same on the host's side). CAN2 is not connected to anything.

/** Of a record; its time lies at byte 8. */
export const RECORD_BYTES: u32 = 32;
const TIME_AT: u32 = 8;

/** 1 while there is a bus with others on it. It outlives resets. */
const ATTACHED: usize = LAST_SEQUENCE + 4;

/** To the bus. */
const enum Told {
  mode = 1,
  request,
  withdrawal,
  /** All requests are void. */
  reset,
}

export function setAttached(on: bool): void {
  store<u32>(ATTACHED, on ? 1 : 0);
}

/** True when what is sent ends at the controller's own pins: nobody is there, or it talks to itself. */
export function isAlone(block: u32): bool {
  return block !== CAN1 || load<u32>(ATTACHED) === 0 || (word(block + BTR) & LBKM) !== 0;
}

function putNumber(value: u64, bytes: u32): void {
  for (let byte: u32 = 0; byte < bytes; byte++)
    putByte(Queue.canOut, ((value >>> (byte << 3)) & 0xff) as u32);
}

/** Kind, mailbox or flags, and the number; `at` is the mailbox whose frame goes with it, or 0. */
function tell(block: u32, kind: u32, detail: u32, number: u32, at: u32): void {
  if (block !== CAN1 || load<u32>(ATTACHED) === 0 || queueFree(Queue.canOut) < RECORD_BYTES) return;
  putByte(Queue.canOut, kind);
  putByte(Queue.canOut, detail);
  putNumber(at === 0 ? 0 : word(at + 4) & 15, 2);
  putNumber(number, 4);
  putNumber(now(), 8);
  putNumber(at === 0 ? 0 : word(at), 4);
  putNumber(at === 0 ? 0 : word(at + 8), 4);
  putNumber(at === 0 ? 0 : word(at + 12), 8);
}

/** How it takes part: at what bit rate, and the flags of {@link modeFlags}. */
export function tellMode(block: u32): void {
  tell(block, Told.mode, modeFlags(block), bitClocks(block), 0);
}

/** Takes part (1), sends nothing (2), is error passive (4), sends in order of request (8), tries once only (16). */
function modeFlags(block: u32): u32 {
  const master = word(block);
  const timing = word(block + BTR);
  let flags: u32 = takesPart(block) && (timing & LBKM) === 0 ? 1 : 0;
  if ((timing & SILM) !== 0) flags |= 2;
  if (isPassive(block)) flags |= 4;
  if ((master & TXFP) !== 0) flags |= 8;
  if ((master & NART) !== 0) flags |= 16;
  return flags;
}

export function tellRequest(block: u32, mailbox: u32): void {
  const at = block + MAILBOXES + (mailbox << 4);
  tell(block, Told.request, mailbox, sequenceOf(block, mailbox), at);
}

export function tellWithdrawal(block: u32, mailbox: u32): void {
  tell(block, Told.withdrawal, mailbox, sequenceOf(block, mailbox), 0);
}

export function tellReset(block: u32): void {
  tell(block, Told.reset, 0, 0, 0);
}

/** Lets the first record of the bus happen when it is due. */
export function scheduleRecord(): void {
  cancel(TimedEvent.can);
  if (queueLength(Queue.canIn) < RECORD_BYTES) return;
  const at = peekNumber(Queue.canIn, TIME_AT) as i64;
  schedule(TimedEvent.can, at > now() ? at : now());
}

export function takeNumber(bytes: u32): u32 {
  let value: u32 = 0;
  for (let byte: u32 = 0; byte < bytes; byte++) value |= takeByte(Queue.canIn) << (byte << 3);
  return value;
}
