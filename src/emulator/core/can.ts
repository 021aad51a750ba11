import { setLine } from './interrupts';
import { PERIPHERAL_STATE } from './layout';
import { putByte, Queue, queueFree, queueLength, takeByte } from './queues';
import { setWord, word } from './shadow';
import { cancel, isScheduled, now, schedule, TimedEvent } from './time';

// Both CAN controllers (RM0090, 32): three mailboxes that send at once, and FIFO 0 for all that arrives. No filters,
// no arbitration, no errors: a lone node's frames count as sent.

const CAN1: u32 = 0x40006400;
const MSR: u32 = 0x04;
const TSR: u32 = 0x08;
const RF0R: u32 = 0x0c;
const IER: u32 = 0x14;
const MAILBOXES: u32 = 0x180;
const FIFO0: u32 = 0x1b0;
const MAILBOXES_EMPTY: u32 = 7 << 26;
const TXRQ: u32 = 1;
const RFOM: u32 = 1 << 5;
/** An extended frame of 8 bytes at 500 kbit/s: frames come no closer than that. */
const FRAME_NS: i64 = 260_000;
const PLACES: u32 = 3;
/** A frame in the queues: controller (0 or 1), length, two unused bytes, the identifier as in TIR, 8 bytes of data. */
const FRAME_BYTES: u32 = 16;

/** Per controller: frames in FIFO 0, then their 16 bytes each. */
const FIFOS: usize = PERIPHERAL_STATE + 1152;
const FIFO_STRIDE: usize = 64;

function fifo(index: u32): usize {
  return FIFOS + (index as usize) * FIFO_STRIDE;
}

export function resetCan(): void {
  for (let index: u32 = 0; index < 2; index++) {
    const block = CAN1 + (index << 10);
    setWord(block, 0x10002);
    setWord(block + MSR, 0xc02);
    setWord(block + TSR, MAILBOXES_EMPTY);
    store<u32>(fifo(index), 0);
  }
}

function updateLines(block: u32): void {
  const first: u32 = block === CAN1 ? 19 : 63;
  const enabled = word(block + IER);
  setLine(first, (enabled & 1) !== 0 && (word(block + TSR) & 0x010101) !== 0);
  setLine(first + 1, (enabled & 2) !== 0 && load<u32>(fifo((block - CAN1) >>> 10)) !== 0);
}

export function readCan(block: u32, offset: u32): u32 {
  switch (offset) {
    case MSR: {
      // INAK follows INRQ, SLAK follows SLEEP.
      const asked = word(block) & 3;
      return (word(block + MSR) & ~3) | asked;
    }
    case RF0R:
      return load<u32>(fifo((block - CAN1) >>> 10));
    default:
  }
  if (offset >= FIFO0 && offset < FIFO0 + 16) {
    return load<u32>(fifo((block - CAN1) >>> 10) + 4 + (offset - FIFO0));
  }
  return word(block + offset);
}

export function writeCan(block: u32, offset: u32, value: u32): void {
  if (offset === 0x00) {
    if ((value & (1 << 15)) !== 0) resetCan();
    else setWord(block, value);
  } else if (offset === TSR) clearRequests(block, value);
  else if (offset === RF0R) {
    if ((value & RFOM) !== 0) release((block - CAN1) >>> 10);
  } else if (offset >= MAILBOXES && offset < FIFO0) {
    setWord(block + offset, value);
    if ((offset & 15) === 0 && (value & TXRQ) !== 0) send(block, (offset - MAILBOXES) >>> 4);
  } else if (offset !== MSR) setWord(block + offset, value);
  updateLines(block);
}

/** Written RQCP bits clear the results of their mailbox. */
function clearRequests(block: u32, value: u32): void {
  for (let mailbox: u32 = 0; mailbox < 3; mailbox++) {
    const shift = mailbox << 3;
    if (((value >>> shift) & 1) !== 0) setWord(block + TSR, word(block + TSR) & ~(0x0f << shift));
  }
}

function send(block: u32, mailbox: u32): void {
  const at = block + MAILBOXES + (mailbox << 4);
  setWord(at, word(at) & ~TXRQ);
  setWord(block + TSR, word(block + TSR) | (3 << (mailbox << 3)));
  if (queueFree(Queue.canOut) < FRAME_BYTES) return;
  putByte(Queue.canOut, block === CAN1 ? 0 : 1);
  putByte(Queue.canOut, word(at + 4) & 15);
  putByte(Queue.canOut, 0);
  putByte(Queue.canOut, 0);
  putWord(word(at));
  putWord(word(at + 8));
  putWord(word(at + 12));
}

function putWord(value: u32): void {
  for (let shift: u32 = 0; shift < 32; shift += 8) putByte(Queue.canOut, (value >>> shift) & 0xff);
}

function takeWord(): u32 {
  let value: u32 = 0;
  for (let shift: u32 = 0; shift < 32; shift += 8) value |= takeByte(Queue.canIn) << shift;
  return value;
}

function release(index: u32): void {
  const count = load<u32>(fifo(index));
  if (count === 0) return;
  store<u32>(fifo(index), count - 1);
  memory.copy(fifo(index) + 4, fifo(index) + 20, 32);
}

/** The host has put frames into the queue. */
export function canReceiveSoon(): void {
  if (!isScheduled(TimedEvent.can)) schedule(TimedEvent.can, now());
}

/** The next frame of the bus arrives. */
export function canDue(): void {
  cancel(TimedEvent.can);
  if (queueLength(Queue.canIn) < FRAME_BYTES) return;
  const index = takeByte(Queue.canIn) & 1;
  const length = takeByte(Queue.canIn) & 15;
  takeByte(Queue.canIn);
  takeByte(Queue.canIn);
  const identifier = takeWord();
  const low = takeWord();
  const high = takeWord();
  const block = CAN1 + (index << 10);
  const count = load<u32>(fifo(index));
  // A controller that does not take part, or whose FIFO is full, misses it.
  if ((word(block) & 3) === 0 && count < PLACES) {
    const place = fifo(index) + 4 + (count << 4);
    store<u32>(place, identifier & ~1);
    store<u32>(place, length, 4);
    store<u32>(place, low, 8);
    store<u32>(place, high, 12);
    store<u32>(fifo(index), count + 1);
    updateLines(block);
  }
  schedule(TimedEvent.can, now() + FRAME_NS);
}
