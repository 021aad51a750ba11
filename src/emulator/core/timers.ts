import { scheduleAdc } from './adc';
import { setLine } from './interrupts';
import { PERIPHERAL_STATE } from './layout';
import { commutate, outputsChanged } from './motor';
import { setWord, word } from './shadow';
import { cancel, now, schedule, TimedEvent } from './time';

// Timers 1 to 14 (RM0090, 17 to 20): counters derived from the time, update events, the compare event of TIM2 that
// triggers the ADC. Capture, encoder and external clock modes are not modelled: their counters stand still.

const SR: u32 = 0x10;
const CEN: u32 = 1;
const DIR: u32 = 1 << 4;
const CENTRE: u32 = 3 << 5;
const UIF: u32 = 1;
/** TS and SMS of SMCR. */
const TRIGGERED_BY_FIRST: u32 = 6;
export const CC2IF: u32 = 4;
const COMG: u32 = 1 << 5;

/** Of each timer: position in its cycle (i64) at a time (i64), cycles seen (i64) when UIF was last looked at. */
const STATE: usize = PERIPHERAL_STATE + 256;

@unmanaged
class Timer {
  position: i64;
  since: i64;
  seen: i64;
  padding: i64;
}

function stateOf(timer: u32): Timer {
  return changetype<Timer>(STATE + (timer << 5));
}

/** The number of the timer in a block of registers, 0 for another peripheral. */
export function timerOfBlock(block: u32): u32 {
  const apb1 = (block - 0x40000000) >>> 10;
  if (apb1 < 6) return apb1 + 2;
  if (apb1 < 9) return apb1 + 6;
  if (block === 0x40010000) return 1;
  if (block === 0x40010400) return 8;
  const apb2 = (block - 0x40014000) >>> 10;
  return apb2 < 3 ? apb2 + 9 : 0;
}

function blockOf(timer: u32): u32 {
  if (timer === 1) return 0x40010000;
  if (timer === 8) return 0x40010400;
  if (timer < 8) return 0x40000000 + ((timer - 2) << 10);
  if (timer < 12) return 0x40014000 + ((timer - 9) << 10);
  return 0x40001800 + ((timer - 12) << 10);
}

function irqOf(timer: u32): u32 {
  switch (timer) {
    case 1:
    case 10:
      return 25;
    case 2:
    case 3:
    case 4:
      return 26 + timer;
    case 5:
      return 50;
    case 6:
    case 7:
      return 48 + timer;
    case 8:
    case 13:
      return 44;
    case 9:
      return 24;
    case 11:
      return 26;
    case 12:
      return 43;
    default:
      return 45;
  }
}

/** The event of a timer's update. */
function eventOf(timer: u32): i32 {
  return TimedEvent.timer1 + (timer as i32) - 1;
}

function isFast(timer: u32): bool {
  return timer === 1 || (timer >= 8 && timer <= 11);
}

/** Nanoseconds as counts: 168 or 84 MHz by the prescaler. */
function countsIn(timer: u32, duration_ns: i64): i64 {
  const prescaler = ((word(blockOf(timer) + 0x28) & 0xffff) as i64) + 1;
  return (duration_ns * (isFast(timer) ? 168 : 84)) / (1000 * prescaler);
}

/** Nanoseconds until so many counts have passed, rounded up. */
function durationOf(timer: u32, counts: i64): i64 {
  const prescaler = ((word(blockOf(timer) + 0x28) & 0xffff) as i64) + 1;
  const megahertz: i64 = isFast(timer) ? 168 : 84;
  return (counts * prescaler * 1000 + megahertz - 1) / megahertz;
}

function reloadOf(timer: u32): i64 {
  const value = word(blockOf(timer) + 0x2c) as i64;
  return timer === 2 || timer === 5 ? value : value & 0xffff;
}

function isCentred(timer: u32): bool {
  return (word(blockOf(timer)) & CENTRE) !== 0;
}

/** Counts from one update at the bottom to the next: up and down again when centre-aligned. */
function cycleOf(timer: u32): i64 {
  const reload = reloadOf(timer);
  return isCentred(timer) ? (reload === 0 ? 1 : 2 * reload) : reload + 1;
}

function isRunning(timer: u32): bool {
  const block = blockOf(timer);
  const mode = word(block + 8) & 7;
  // Encoder modes and the external clock need a signal that is not there.
  return (word(block) & CEN) !== 0 && (mode === 0 || mode >= 4) && mode !== 7;
}

/** The position without wrapping since it was last set. */
function unwrapped(timer: u32): i64 {
  const state = stateOf(timer);
  return isRunning(timer) ? state.position + countsIn(timer, now() - state.since) : state.position;
}

function positionOf(timer: u32): i64 {
  return unwrapped(timer) % cycleOf(timer);
}

/** True while a centre-aligned timer counts up from 0. */
export function isAtBottom(timer: u32): bool {
  return positionOf(timer) < reloadOf(timer);
}

/** Goes on from `position` now, with the settings as they are. */
function rebase(timer: u32, position: i64): void {
  const state = stateOf(timer);
  state.position = position % cycleOf(timer);
  state.since = now();
  state.seen = 0;
  scheduleUpdate(timer);
  scheduleAdc();
}

function scheduleUpdate(timer: u32): void {
  if (!isRunning(timer) || (word(blockOf(timer) + 0x0c) & 1) === 0) return cancel(eventOf(timer));
  const left = cycleOf(timer) - positionOf(timer);
  schedule(eventOf(timer), now() + durationOf(timer, left));
}

/** The timer has reached its update, and wants an interrupt for it. */
export function timerDue(timer: u32): void {
  raiseFlag(timer, UIF);
  stateOf(timer).seen = unwrapped(timer) / cycleOf(timer);
  scheduleUpdate(timer);
}

/** Sets a flag of SR and the interrupt line that follows. */
export function raiseFlag(timer: u32, flag: u32): void {
  const block = blockOf(timer);
  setWord(block + SR, word(block + SR) | flag);
  updateLine(timer);
}

function updateLine(timer: u32): void {
  const block = blockOf(timer);
  setLine(irqOf(timer), (word(block + SR) & word(block + 0x0c) & 0x5f) !== 0);
}

export function resetTimers(): void {
  memory.fill(STATE, 0, 15 << 5);
  for (let timer: u32 = 1; timer < 15; timer++) setWord(blockOf(timer) + 0x2c, 0xffff);
  setWord(blockOf(2) + 0x2c, 0xffffffff);
  setWord(blockOf(5) + 0x2c, 0xffffffff);
}

export function readTimer(timer: u32, address: u32, offset: u32): u32 {
  switch (offset) {
    case 0x00:
      if (!isCentred(timer)) return word(address);
      return (word(address) & ~DIR) | (positionOf(timer) >= reloadOf(timer) ? DIR : 0);
    case 0x10: {
      const state = stateOf(timer);
      const cycles = unwrapped(timer) / cycleOf(timer);
      if (cycles > state.seen) {
        state.seen = cycles;
        setWord(address, word(address) | UIF);
      }
      return word(address);
    }
    case 0x14:
      return 0;
    case 0x24: {
      const position = positionOf(timer);
      const reload = reloadOf(timer);
      return (isCentred(timer) && position > reload ? 2 * reload - position : position) as u32;
    }
    default:
      return word(address);
  }
}

export function writeTimer(timer: u32, address: u32, offset: u32, value: u32): void {
  switch (offset) {
    case 0x00:
    case 0x08:
    case 0x28:
    case 0x2c: {
      const position = positionOf(timer);
      setWord(address, value);
      rebase(timer, position);
      if (timer === 1 && offset === 0x00 && (value & CEN) !== 0) startFollower();
      break;
    }
    case 0x0c:
      setWord(address, value);
      scheduleUpdate(timer);
      updateLine(timer);
      break;
    case 0x10: {
      // Written zeros clear; what happened before is seen first.
      const status = readTimer(timer, address, offset);
      setWord(address, status & value);
      updateLine(timer);
      break;
    }
    case 0x14:
      if ((value & 1) !== 0) {
        rebase(timer, 0);
        raiseFlag(timer, UIF);
      }
      if (timer === 1 && (value & COMG) !== 0) commutate();
      setWord(blockOf(timer) + SR, word(blockOf(timer) + SR) | (value & 0x7e));
      updateLine(timer);
      break;
    case 0x24:
      rebase(timer, value as i64);
      break;
    case 0x34:
    case 0x38:
    case 0x3c:
    case 0x40:
      setWord(address, value);
      if (timer === 2) scheduleAdc();
      break;
    default:
      setWord(address, value);
      if (timer === 1) outputsChanged();
  }
}

/** On boards with two motors TIM8 waits for TIM1 to start (trigger mode, on its first input). */
function startFollower(): void {
  const block = blockOf(8);
  if ((word(block + 8) & 0x77) !== TRIGGERED_BY_FIRST || (word(block) & CEN) !== 0) return;
  setWord(block, word(block) | CEN);
  rebase(8, positionOf(8));
}

/**
 * When the ADC is triggered next, -1 for never: TIM2 is restarted by each update of the timer that drives the motor
 * (at the top and at the bottom), and triggers when it reaches its second compare value.
 */
export function nextTrigger(): i64 {
  const master: u32 = ((word(blockOf(2) + 8) >>> 4) & 7) === 1 ? 8 : 1;
  const reload = reloadOf(master);
  if (!isRunning(master) || reload < 100) return -1;
  const half = isCentred(master) ? reload : reload + 1;
  const delay = delayOf(durationOf(master, half));
  const position = positionOf(master) % half;
  let at = now() + durationOf(master, half - position) + delay;
  const earlier = at - durationOf(master, half);
  if (earlier > now() + 16) at = earlier;
  return at;
}

/** From the restart of TIM2 to its compare value, inside one half period. */
function delayOf(half_ns: i64): i64 {
  const delay = durationOf(2, word(blockOf(2) + 0x38) as i64);
  return delay < half_ns ? delay : half_ns / 2;
}
