import { noteDisturbed, noteReceived, readErrors, recover, recovered } from './canErrors';
import { mayWriteFilter } from './canFilters';
import { readFifoState, readFrame, storeFrame, writeFifoState } from './canFifo';
import {
  announce,
  finishRequest,
  readMailboxes,
  sendAlone,
  sentAlone,
  stopSending,
  writeMailbox,
  writeMailboxes,
} from './canMailboxes';
import {
  Activity,
  activity,
  AWUM,
  BOFF,
  BTR,
  CAN1,
  clearState,
  ERRI,
  ESR,
  fifo,
  FIFOS,
  FILTERS,
  IER,
  INRQ,
  MAILBOXES,
  MCR,
  MSR,
  raise,
  RF0R,
  SLAKI,
  SLEEP,
  takesPart,
  timerOf,
  TSR,
  updateLines,
  WKUI,
} from './canState';
import { RECORD_BYTES, scheduleRecord, setAttached, takeNumber, tellMode } from './canWire';
import { Queue, queueLength } from './queues';
import { setWord, word } from './shadow';
import { cancel, deadline, now, TimedEvent } from './time';

// Both CAN controllers (bxCAN: RM0090, 32) by their registers. CAN1 has a bus outside when the host attaches one; CAN2 is
// on a dead bus. Stuff bits are not counted; INAK and SLAK follow at once; time stamps (TTCM) read 0.

const RF1R: u32 = RF0R + 4;
const MCR_AFTER_RESET: u32 = 0x10002;
const MCR_RESET: u32 = 1 << 15;
const MCR_BITS: u32 = 0x100ff;
const SLKIE: u32 = 1 << 17;
const LEC: u32 = 7 << 4;
/** What the bus tells, besides the results of requests. */
const FRAME: u32 = 1;
const DISTURBED: u32 = 7;

export function resetCan(): void {
  for (let index: u32 = 0; index < 2; index++) {
    const block = CAN1 + (index << 10);
    clearState(block);
    setWord(block, MCR_AFTER_RESET);
    setWord(block + BTR, 0x01230000);
  }
  setWord(CAN1 + FILTERS, 0x2a1c0e01);
  announce(CAN1);
  scheduleRecord();
}

export function readCan(block: u32, offset: u32): u32 {
  if (offset >= FIFOS && offset < FIFOS + 32) return readFrame(block, offset);
  switch (offset) {
    case MSR: {
      // INAK follows INRQ, SLAK follows SLEEP; RX and SAMP read recessive.
      const isSending: u32 = activity(block) === Activity.sending ? 1 << 8 : 0;
      return word(block + MSR) | 0xc00 | isSending | (word(block) & (INRQ | SLEEP));
    }
    case TSR:
      return readMailboxes(block);
    case RF0R:
      return readFifoState(block, 0);
    case RF1R:
      return readFifoState(block, 1);
    case ESR:
      return readErrors(block);
    default:
      return word(block + offset);
  }
}

export function writeCan(block: u32, offset: u32, value: u32): void {
  if (offset >= MAILBOXES && offset < FIFOS) writeMailbox(block, offset, value);
  else if (offset >= FIFOS && offset < FILTERS) return;
  else if (offset >= FILTERS) {
    if (block === CAN1 && mayWriteFilter(offset - FILTERS)) setWord(block + offset, value);
  } else writeControl(block, offset, value);
  updateLines(block);
}

function writeControl(block: u32, offset: u32, value: u32): void {
  switch (offset) {
    case MCR:
      return writeMaster(block, value);
    case MSR:
      return setWord(block + MSR, word(block + MSR) & ~(value & (ERRI | WKUI | SLAKI)));
    case TSR:
      return writeMailboxes(block, value);
    case RF0R:
      return writeFifoState(block, 0, value);
    case RF1R:
      return writeFifoState(block, 1, value);
    case ESR:
      return setWord(block + ESR, (word(block + ESR) & ~LEC) | (value & LEC));
    case BTR:
      if ((word(block) & INRQ) !== 0) setWord(block + BTR, value);
      return;
    default:
      return setWord(block + offset, value);
  }
}

function writeMaster(block: u32, value: u32): void {
  const before = word(block);
  if ((value & MCR_RESET) !== 0) {
    store<u32>(fifo(block, 0), 0);
    store<u32>(fifo(block, 1), 0);
    setWord(block, MCR_AFTER_RESET);
  } else setWord(block, value & MCR_BITS);
  const after = word(block);
  if ((after & ~before & SLEEP) !== 0 && (word(block + IER) & SLKIE) !== 0) raise(block, SLAKI);
  if ((after & (INRQ | SLEEP)) !== 0) stopSending(block);
  if ((before & ~after & INRQ) !== 0) {
    // Off the bus, this is how a program asks for the way back.
    if ((word(block + ESR) & BOFF) !== 0) recover(block);
    announce(block);
  } else tellMode(block);
  sendAlone(block);
}

/** The host has put records into the queue. */
export function canReceiveSoon(): void {
  scheduleRecord();
}

/** There are others on the bus of CAN1 from now on, or no longer. */
export function attachCan(on: bool): void {
  if (activity(CAN1) === Activity.sending) stopSending(CAN1);
  setAttached(on);
  announce(CAN1);
  sendAlone(CAN1);
}

/** What the first or second controller (0, 1) did alone is over. */
export function canAloneDue(index: u32): void {
  const block = CAN1 + (index << 10);
  cancel(timerOf(block));
  if (activity(block) === Activity.recovering) {
    recovered(block);
    sendAlone(block);
  } else sentAlone(block);
  updateLines(block);
}

/** The records of the bus whose time has come. */
export function canDue(): void {
  while (queueLength(Queue.canIn) >= RECORD_BYTES && deadline(TimedEvent.can) <= now()) {
    takeRecord();
    scheduleRecord();
  }
  scheduleRecord();
}

function takeRecord(): void {
  const kind = takeNumber(1);
  const mailbox = takeNumber(1);
  const length = takeNumber(2);
  const sequence = takeNumber(4);
  takeNumber(4);
  takeNumber(4);
  const identifier = takeNumber(4);
  const low = takeNumber(4);
  const high = takeNumber(4);
  takeNumber(4);
  if (kind === FRAME) receive(identifier, length, low, high);
  else if (kind === DISTURBED) noteDisturbed(CAN1);
  else finishRequest(CAN1, mailbox, sequence, kind);
  updateLines(CAN1);
}

function receive(identifier: u32, length: u32, low: u32, high: u32): void {
  const master = word(CAN1);
  if ((master & (INRQ | SLEEP)) === SLEEP) {
    // It wakes up, but has missed this one.
    raise(CAN1, WKUI);
    if ((master & AWUM) !== 0) writeMaster(CAN1, master & ~SLEEP);
  } else if (takesPart(CAN1)) {
    noteReceived(CAN1);
    storeFrame(CAN1, identifier, length, low, high);
  }
}
