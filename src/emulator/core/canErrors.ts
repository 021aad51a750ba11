import {
  ABOM,
  Activity,
  bits_ns,
  BOFF,
  ERRI,
  ESR,
  IER,
  isPassive,
  MCR,
  PASSIVE,
  raise,
  receiveErrors,
  sendErrors,
  setActivity,
  setErrors,
  takesPart,
  timerOf,
} from './canState';
import { tellMode } from './canWire';
import { setWord, word } from './shadow';
import { now, schedule } from './time';

// Fault confinement (ISO 11898-1, 12; RM0090, 32.7.6): the error counters and what they lead to.

const EWGF: u32 = 1;
const EPVF: u32 = 1 << 1;
const WARNING: u32 = 96;
const OFF: u32 = 256;
const RECOVERY_BITS: u32 = 128 * 11;

/** The last error code, bits 4 to 6 of ESR. */
export const enum ErrorCode {
  none = 0,
  form = 2,
  acknowledgement = 3,
  recessiveBit = 4,
}

/** Counts, notes the code of the error (0: it went well), and goes off the bus when it has to. */
function count(block: u32, sending: u32, receiving: u32, code: u32): void {
  const wasPassive = isPassive(block);
  setErrors(block, sending, receiving);
  const before = word(block + ESR);
  let flags: u32 = before & BOFF;
  if (sending >= WARNING || receiving >= WARNING) flags |= EWGF;
  if (isPassive(block)) flags |= EPVF;
  if (sending >= OFF) flags |= BOFF;
  setWord(block + ESR, flags | (code << 4));
  // Interrupt enables: EWGIE, EPVIE, BOFIE in the order of the flags, LECIE.
  const enabled = (word(block + IER) >>> 8) & 15;
  if ((flags & ~before & enabled) !== 0 || (code !== 0 && (enabled & 8) !== 0)) raise(block, ERRI);
  if ((flags & ~before & BOFF) !== 0) {
    setActivity(block, Activity.none, 0);
    if ((word(block + MCR) & ABOM) !== 0) recover(block);
    tellMode(block);
  } else if (wasPassive !== isPassive(block)) tellMode(block);
}

/** Waits for 128 times 11 recessive bits. */
export function recover(block: u32): void {
  setActivity(block, Activity.recovering, 0);
  schedule(timerOf(block), now() + bits_ns(block, RECOVERY_BITS));
}

/** They were seen. */
export function recovered(block: u32): void {
  setActivity(block, Activity.none, 0);
  setErrors(block, 0, 0);
  setWord(block + ESR, word(block + ESR) & 0x70);
  tellMode(block);
}

export function noteSent(block: u32): void {
  const errors = sendErrors(block);
  count(block, errors === 0 ? 0 : errors - 1, receiveErrors(block), ErrorCode.none);
}

export function noteReceived(block: u32): void {
  const errors = receiveErrors(block);
  const less: u32 = errors === 0 ? 0 : errors >= PASSIVE ? 127 : errors - 1;
  count(block, sendErrors(block), less, ErrorCode.none);
}

/** Nobody acknowledged. A controller that is error passive does not count that. */
export function noteUnacknowledged(block: u32): void {
  const errors = sendErrors(block);
  count(block, isPassive(block) ? errors : errors + 8, receiveErrors(block), ErrorCode.acknowledgement);
}

/** Somebody else destroyed what it sent. */
export function noteDestroyed(block: u32): void {
  count(block, sendErrors(block) + 8, receiveErrors(block), ErrorCode.recessiveBit);
}

/** What it heard was no frame. */
export function noteDisturbed(block: u32): void {
  if (!takesPart(block)) return;
  const errors = receiveErrors(block);
  count(block, sendErrors(block), errors < 255 ? errors + 1 : errors, ErrorCode.form);
}

/** ESR with the counters as they show there. */
export function readErrors(block: u32): u32 {
  const sending = sendErrors(block);
  return word(block + ESR) | ((sending < 255 ? sending : 255) << 16) | (receiveErrors(block) << 24);
}
