import { PERIPHERAL_STATE } from './layout';
import { requestReset, ResetCause } from './reset';
import { setWord, word } from './shadow';
import { cancel, deadline, isScheduled, now, schedule, TimedEvent } from './time';

// Independent watchdog (RM0090, 21), from its own 32 kHz, and window watchdog (22), from PCLK1 of 42 MHz.

const IWDG: u32 = 0x40003000;
const WWDG: u32 = 0x40002c00;
const KEY_RELOAD: u32 = 0xaaaa;
const KEY_START: u32 = 0xcccc;
const LSI_PERIOD_NS: i64 = 31250;
/** PVU and RVU stay up about five periods of the LSI after a write. */
const UPDATE_NS: i64 = 5 * LSI_PERIOD_NS;
const WDGA: u32 = 0x80;
/** Until when PVU and RVU read 1. */
const PRESCALER_BUSY: usize = PERIPHERAL_STATE + 32;
const RELOAD_BUSY: usize = PERIPHERAL_STATE + 40;

export function resetWatchdogs(): void {
  setWord(IWDG + 8, 0xfff);
  setWord(WWDG, 0x7f);
  setWord(WWDG + 4, 0x7f);
  store<i64>(PRESCALER_BUSY, 0);
  store<i64>(RELOAD_BUSY, 0);
}

function tick(): i64 {
  const prescaler = word(IWDG + 4) & 7;
  return LSI_PERIOD_NS * ((4 as i64) << ((prescaler > 6 ? 6 : prescaler) as i64));
}

function reload(): void {
  schedule(TimedEvent.iwdg, now() + (((word(IWDG + 8) & 0xfff) + 1) as i64) * tick());
}

export function readWatchdog(address: u32): u32 {
  if (address === IWDG + 0x0c) {
    return (load<i64>(PRESCALER_BUSY) > now() ? 1 : 0) | (load<i64>(RELOAD_BUSY) > now() ? 2 : 0);
  }
  return address === IWDG ? 0 : word(address);
}

export function writeWatchdog(address: u32, value: u32): void {
  if (address === IWDG) {
    if (value === KEY_START || (value === KEY_RELOAD && isScheduled(TimedEvent.iwdg))) reload();
  } else if (address === IWDG + 4) {
    changePrescaler(value);
    store<i64>(PRESCALER_BUSY, now() + UPDATE_NS);
  } else if (address === IWDG + 8) {
    setWord(address, value & 0xfff);
    store<i64>(RELOAD_BUSY, now() + UPDATE_NS);
  } else if (address === WWDG) writeWindow(value);
  else setWord(address, value);
}

/** The running counter keeps its count and goes on at the new pace. */
function changePrescaler(value: u32): void {
  const before = tick();
  setWord(IWDG + 4, value & 7);
  if (!isScheduled(TimedEvent.iwdg)) return;
  const left = deadline(TimedEvent.iwdg) - now();
  schedule(TimedEvent.iwdg, now() + (left * tick()) / before);
}

function writeWindow(value: u32): void {
  const isRunning = (word(WWDG) & WDGA) !== 0;
  setWord(WWDG, (value & 0x7f) | ((word(WWDG) | value) & WDGA));
  if (!isRunning && (value & WDGA) === 0) return;
  // Below 0x40 it resets at once, else when it has counted down to 0x3F.
  const counts = ((value & 0x7f) as i64) - 63;
  if (counts <= 0) return requestReset(ResetCause.windowWatchdog);
  const prescaler = (word(WWDG + 4) >>> 7) & 3;
  schedule(TimedEvent.wwdg, now() + (counts * ((4096 as i64) << (prescaler as i64)) * 1000) / 42);
}

export function iwdgDue(): void {
  cancel(TimedEvent.iwdg);
  requestReset(ResetCause.independentWatchdog);
}

export function wwdgDue(): void {
  cancel(TimedEvent.wwdg);
  requestReset(ResetCause.windowWatchdog);
}
