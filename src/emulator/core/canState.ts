import { setLine } from './interrupts';
import { PERIPHERAL_STATE } from './layout';
import { setWord, word } from './shadow';
import { TimedEvent } from './time';

// What the parts of the two CAN controllers (bxCAN: RM0090, 32) share. A controller is named by its block of registers.

export const CAN1: u32 = 0x40006400;
export const CAN2: u32 = 0x40006800;

export const MCR: u32 = 0x00;
export const MSR: u32 = 0x04;
export const TSR: u32 = 0x08;
export const RF0R: u32 = 0x0c;
export const IER: u32 = 0x14;
export const ESR: u32 = 0x18;
export const BTR: u32 = 0x1c;
/** TI0R; a mailbox has 16 bytes: identifier, length, data. */
export const MAILBOXES: u32 = 0x180;
/** RI0R; likewise. */
export const FIFOS: u32 = 0x1b0;
export const FILTERS: u32 = 0x200;

export const INRQ: u32 = 1;
export const SLEEP: u32 = 1 << 1;
export const TXFP: u32 = 1 << 2;
export const RFLM: u32 = 1 << 3;
export const NART: u32 = 1 << 4;
export const AWUM: u32 = 1 << 5;
export const ABOM: u32 = 1 << 6;
export const ERRI: u32 = 1 << 2;
export const WKUI: u32 = 1 << 3;
export const SLAKI: u32 = 1 << 4;
export const LBKM: u32 = 1 << 30;
export const SILM: u32 = 1 << 31;
export const TXRQ: u32 = 1;
export const BOFF: u32 = 1 << 2;

/** The clock of APB1. */
const MEGAHERTZ: i64 = 42;
const IDE: u32 = 1 << 2;
const RTR: u32 = 1 << 1;

/** Per controller, 256 bytes. */
const STATE: usize = PERIPHERAL_STATE + 4096;
const FIFO_BYTES: usize = 64;
/** A number for each request to send, one after the other since power-on. */
const SEQUENCES: usize = 128;
const ACTIVITY: usize = 140;
const SENDING: usize = 144;
const SEND_ERRORS: usize = 148;
const RECEIVE_ERRORS: usize = 152;
/** Of both together: it outlives resets. */
export const LAST_SEQUENCE: usize = STATE + 512;

/** What a controller does that ends at its timed event. */
export const enum Activity {
  none,
  /** Sends where nobody is told of it: to itself, or to a dead bus. */
  sending,
  /** Counts 128 times 11 recessive bits, to be back on the bus. */
  recovering,
}

function state(block: u32): usize {
  return STATE + (((block - CAN1) >>> 10) << 8);
}

/** A FIFO, 0 or 1: how many frames wait in it, then its three places as the registers have them. */
export function fifo(block: u32, index: u32): usize {
  return state(block) + (index as usize) * FIFO_BYTES;
}

export function clearState(block: u32): void {
  memory.fill(state(block), 0, 256);
}

export function sequenceOf(block: u32, mailbox: u32): u32 {
  return load<u32>(state(block) + SEQUENCES + (mailbox << 2));
}

export function takeSequence(block: u32, mailbox: u32): void {
  const next = load<u32>(LAST_SEQUENCE) + 1;
  store<u32>(LAST_SEQUENCE, next);
  store<u32>(state(block) + SEQUENCES + (mailbox << 2), next);
}

export function activity(block: u32): u32 {
  return load<u32>(state(block) + ACTIVITY);
}

/** @param mailbox the one that is sent */
export function setActivity(block: u32, value: u32, mailbox: u32): void {
  store<u32>(state(block) + ACTIVITY, value);
  store<u32>(state(block) + SENDING, mailbox);
}

export function mailboxSent(block: u32): u32 {
  return load<u32>(state(block) + SENDING);
}

export function sendErrors(block: u32): u32 {
  return load<u32>(state(block) + SEND_ERRORS);
}

export function receiveErrors(block: u32): u32 {
  return load<u32>(state(block) + RECEIVE_ERRORS);
}

export function setErrors(block: u32, sending: u32, receiving: u32): void {
  store<u32>(state(block) + SEND_ERRORS, sending);
  store<u32>(state(block) + RECEIVE_ERRORS, receiving);
}

/** The timed event of its {@link Activity}. */
export function timerOf(block: u32): i32 {
  return block === CAN1 ? TimedEvent.can1 : TimedEvent.can2;
}

/** From so many errors on, a controller is error passive: it cannot destroy what others send. */
export const PASSIVE: u32 = 128;

export function isPassive(block: u32): bool {
  return sendErrors(block) >= PASSIVE || receiveErrors(block) >= PASSIVE;
}

/** True while it neither sleeps nor is being initialised, and is not off the bus. */
export function takesPart(block: u32): bool {
  return (word(block) & (INRQ | SLEEP)) === 0 && (word(block + ESR) & BOFF) === 0;
}

/** Clocks of APB1 in one bit. */
export function bitClocks(block: u32): u32 {
  const timing = word(block + BTR);
  return ((timing & 0x3ff) + 1) * (3 + ((timing >>> 16) & 15) + ((timing >>> 20) & 7));
}

/** So many bits at its own bit rate, in nanoseconds. */
export function bits_ns(block: u32, count: u32): i64 {
  return ((count as i64) * (bitClocks(block) as i64) * 1000) / MEGAHERTZ;
}

/** From the start of a frame to the end of its checksum, stuff bits not counted (ISO 11898-1, 10.4). */
export function bodyBits(identifier: u32, length: u32): u32 {
  const data = (identifier & RTR) !== 0 ? 0 : length < 8 ? length << 3 : 64;
  return ((identifier & IDE) !== 0 ? 54 : 34) + data;
}

/** The value that decides between frames, the lower one wins: identifier, RTR and IDE as they are on the wire. */
export function arbitrationValue(identifier: u32): u32 {
  const base = identifier & 0xffe00000;
  const isRemote = (identifier >>> 1) & 1;
  if ((identifier & IDE) === 0) return base | (isRemote << 20);
  return base | (3 << 19) | (((identifier >>> 3) & 0x3ffff) << 1) | isRemote;
}

/** Interrupts of a controller: 19 to 22, or 63 to 66. */
export function updateLines(block: u32): void {
  const first: u32 = block === CAN1 ? 19 : 63;
  const enabled = word(block + IER);
  setLine(first, (enabled & 1) !== 0 && (word(block + TSR) & 0x010101) !== 0);
  for (let index: u32 = 0; index < 2; index++) {
    const wanted = (enabled >>> (1 + index * 3)) & 7;
    const flags = word(block + RF0R + (index << 2)) >>> 2;
    const waiting: u32 = load<u32>(fifo(block, index)) !== 0 ? 1 : 0;
    setLine(first + 1 + index, (wanted & (waiting | (flags & 6))) !== 0);
  }
  const status = word(block + MSR);
  const isError = (status & ERRI) !== 0 && (enabled & (1 << 15)) !== 0;
  const isSleep = ((status >>> 3) & (enabled >>> 16) & 3) !== 0;
  setLine(first + 3, isError || isSleep);
}

/** Sets bits of MSR that stay until they are cleared by hand. */
export function raise(block: u32, flags: u32): void {
  setWord(block + MSR, word(block + MSR) | flags);
}
