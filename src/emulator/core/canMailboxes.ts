import { noteDestroyed, noteSent, noteUnacknowledged } from './canErrors';
import { storeFrame } from './canFifo';
import {
  Activity,
  activity,
  arbitrationValue,
  bits_ns,
  bodyBits,
  BTR,
  isPassive,
  LBKM,
  MAILBOXES,
  mailboxSent,
  MCR,
  NART,
  sequenceOf,
  setActivity,
  SILM,
  takeSequence,
  takesPart,
  timerOf,
  TSR,
  TXFP,
  TXRQ,
} from './canState';
import { isAlone, tellMode, tellRequest, tellReset, tellWithdrawal } from './canWire';
import { setWord, word } from './shadow';
import { cancel, now, schedule } from './time';

// The three mailboxes of a controller (RM0090, 32.7.1 and 32.7.2). While others are on the bus, that decides what becomes
// of a request; else the controller does, here: to itself it sends, and on a dead bus nothing is ever acknowledged.

const RQCP: u32 = 1;
const TXOK: u32 = 2;
const ALST: u32 = 4;
const TERR: u32 = 8;
const ABRQ: u32 = 0x80;
const NONE: u32 = 3;
/** After the checksum: its delimiter, acknowledgement and its delimiter, end of frame, and the pause between frames. */
const TAIL_BITS: u32 = 13;
/** After the checksum, when nobody acknowledges: two bits, error flag and delimiter, pause; and more when error passive. */
const ERROR_TAIL_BITS: u32 = 19;
const SUSPEND_BITS: u32 = 8;

function mailboxAt(block: u32, mailbox: u32): u32 {
  return block + MAILBOXES + (mailbox << 4);
}

function isPending(block: u32, mailbox: u32): bool {
  return (word(mailboxAt(block, mailbox)) & TXRQ) !== 0;
}

/** What decides between mailboxes: the lower value goes first. */
function rank(block: u32, mailbox: u32): u32 {
  if ((word(block + MCR) & TXFP) !== 0) return sequenceOf(block, mailbox);
  return arbitrationValue(word(mailboxAt(block, mailbox)));
}

/** The pending mailbox that goes first, or NONE. */
function first(block: u32): u32 {
  let best: u32 = NONE;
  for (let mailbox: u32 = 0; mailbox < 3; mailbox++) {
    if (isPending(block, mailbox) && (best === NONE || rank(block, mailbox) < rank(block, best)))
      best = mailbox;
  }
  return best;
}

/** The pending mailbox that goes last, or NONE. */
function last(block: u32): u32 {
  let worst: u32 = NONE;
  for (let mailbox: u32 = 0; mailbox < 3; mailbox++) {
    if (isPending(block, mailbox) && (worst === NONE || rank(block, mailbox) >= rank(block, worst))) {
      worst = mailbox;
    }
  }
  return worst;
}

/** TSR: results, which mailboxes are empty, the next one to use, the one that goes last. */
export function readMailboxes(block: u32): u32 {
  let value = word(block + TSR) & 0x8f8f8f;
  let next: u32 = NONE;
  let pending: u32 = 0;
  for (let mailbox: u32 = 0; mailbox < 3; mailbox++) {
    if (isPending(block, mailbox)) {
      pending++;
      continue;
    }
    value |= 1 << (26 + mailbox);
    if (next === NONE) next = mailbox;
  }
  const worst = last(block);
  if (pending > 1) value |= 1 << (29 + worst);
  return value | ((next === NONE ? worst : next) << 24);
}

/** Written RQCP bits clear the results of their mailbox, ABRQ takes its request back. */
export function writeMailboxes(block: u32, value: u32): void {
  for (let mailbox: u32 = 0; mailbox < 3; mailbox++) {
    const shift = mailbox << 3;
    const written = value >>> shift;
    const cleared = (written & RQCP) !== 0 ? 15 : written & 14;
    setWord(block + TSR, word(block + TSR) & ~(cleared << shift));
    if ((written & ABRQ) !== 0 && isPending(block, mailbox)) abort(block, mailbox);
  }
}

/** A word of a mailbox; one with a request is closed. */
export function writeMailbox(block: u32, offset: u32, value: u32): void {
  const mailbox = (offset - MAILBOXES) >>> 4;
  if (isPending(block, mailbox)) return;
  setWord(block + offset, value);
  if ((offset & 15) !== 0 || (value & TXRQ) === 0) return;
  setWord(block + TSR, word(block + TSR) & ~(15 << (mailbox << 3)));
  takeSequence(block, mailbox);
  if (isAlone(block)) sendAlone(block);
  else tellRequest(block, mailbox);
}

function abort(block: u32, mailbox: u32): void {
  const isSent = activity(block) === Activity.sending && mailboxSent(block) === mailbox;
  if (isAlone(block) && !isSent) return finish(block, mailbox, 0);
  setWord(block + TSR, word(block + TSR) | (ABRQ << (mailbox << 3)));
  if (!isAlone(block)) tellWithdrawal(block, mailbox);
}

function finish(block: u32, mailbox: u32, result: u32): void {
  const shift = mailbox << 3;
  setWord(mailboxAt(block, mailbox), word(mailboxAt(block, mailbox)) & ~TXRQ);
  setWord(block + TSR, (word(block + TSR) & ~(ABRQ << shift)) | ((RQCP | result) << shift));
}

/** Begins to send the mailbox whose turn it is, where there is nobody else. */
export function sendAlone(block: u32): void {
  if (!isAlone(block) || !takesPart(block) || activity(block) !== Activity.none) return;
  const timing = word(block + BTR);
  const isLooped = (timing & LBKM) !== 0;
  if ((timing & SILM) !== 0 && !isLooped) return;
  const mailbox = first(block);
  if (mailbox === NONE) return;
  const at = mailboxAt(block, mailbox);
  let bits = bodyBits(word(at), word(at + 4) & 15);
  if (isLooped) bits += TAIL_BITS;
  else bits += isPassive(block) ? ERROR_TAIL_BITS + SUSPEND_BITS : ERROR_TAIL_BITS;
  setActivity(block, Activity.sending, mailbox);
  schedule(timerOf(block), now() + bits_ns(block, bits));
}

/** What it sent alone is out. */
export function sentAlone(block: u32): void {
  const mailbox = mailboxSent(block);
  const at = mailboxAt(block, mailbox);
  setActivity(block, Activity.none, 0);
  if ((word(block + BTR) & LBKM) !== 0) {
    noteSent(block);
    finish(block, mailbox, TXOK);
    storeFrame(block, word(at), word(at + 4) & 15, word(at + 8), word(at + 12));
  } else {
    noteUnacknowledged(block);
    endAttempt(block, mailbox, TERR);
  }
  sendAlone(block);
}

/** An attempt has failed: that is the end for a request that was to be tried once, or was taken back since. */
function endAttempt(block: u32, mailbox: u32, result: u32): void {
  const isAborted = ((word(block + TSR) >>> (mailbox << 3)) & ABRQ) !== 0;
  if ((word(block + MCR) & NART) !== 0 || isAborted) finish(block, mailbox, result);
}

/** Stops sending in the middle. */
export function stopSending(block: u32): void {
  if (activity(block) === Activity.none) return;
  cancel(timerOf(block));
  setActivity(block, Activity.none, 0);
}

/** What became of a request that the bus was told of. */
export const enum Result {
  sent = 2,
  unacknowledged,
  destroyed,
  lost,
  withdrawn,
}

/** The bus has dealt with a request; one that is no longer there is passed over. */
export function finishRequest(block: u32, mailbox: u32, sequence: u32, result: u32): void {
  if (mailbox >= 3 || !isPending(block, mailbox) || sequenceOf(block, mailbox) !== sequence) return;
  if (result === Result.sent) {
    noteSent(block);
    finish(block, mailbox, TXOK);
  } else if (result === Result.unacknowledged) {
    noteUnacknowledged(block);
    endAttempt(block, mailbox, TERR);
  } else if (result === Result.destroyed) {
    noteDestroyed(block);
    endAttempt(block, mailbox, TERR);
  } else if (result === Result.lost) endAttempt(block, mailbox, ALST);
  else finish(block, mailbox, 0);
}

/** Tells the bus all that it has to know. */
export function announce(block: u32): void {
  tellReset(block);
  tellMode(block);
  if (isAlone(block)) return;
  for (let mailbox: u32 = 0; mailbox < 3; mailbox++) {
    if (isPending(block, mailbox)) tellRequest(block, mailbox);
  }
}
