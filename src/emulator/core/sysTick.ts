import { Exception } from './faults';
import { pend } from './interrupts';
import { SYSTEM_REGISTERS } from './layout';
import { cancel, isScheduled, deadline, now, schedule, TimedEvent } from './time';

const CSR: usize = SYSTEM_REGISTERS + 0x010;
const RVR: usize = SYSTEM_REGISTERS + 0x014;
const ENABLE: u32 = 1;
const TICKINT: u32 = 2;
const CLKSOURCE: u32 = 4;
const COUNTFLAG: u32 = 1 << 16;

/** Nanoseconds of `ticks` of its clock: 168 MHz, or an eighth of it. */
function duration(ticks: i64): i64 {
  const slow: i64 = (load<u32>(CSR) & CLKSOURCE) === 0 ? 8 : 1;
  return (ticks * slow * 1000) / 168;
}

function period(): i64 {
  return duration(((load<u32>(RVR) & 0xffffff) as i64) + 1);
}

export function readSysTick(address: u32): u32 {
  if (address === 0xe000e010) {
    const value = load<u32>(CSR);
    store<u32>(CSR, value & ~COUNTFLAG);
    return value;
  }
  if (address === 0xe000e014) return load<u32>(RVR);
  if (address === 0xe000e018) {
    if (!isScheduled(TimedEvent.sysTick)) return 0;
    const slow: i64 = (load<u32>(CSR) & CLKSOURCE) === 0 ? 8 : 1;
    return (((deadline(TimedEvent.sysTick) - now()) * 168) / (1000 * slow)) as u32;
  }
  // CALIB: no reference clock.
  return 0xc0000000;
}

export function writeSysTick(address: u32, value: u32): void {
  if (address === 0xe000e010) {
    const old = load<u32>(CSR);
    store<u32>(CSR, (value & 7) | (old & COUNTFLAG));
    if ((value & ENABLE) === 0) cancel(TimedEvent.sysTick);
    else if ((old & ENABLE) === 0) restart();
  } else if (address === 0xe000e014) store<u32>(RVR, value & 0xffffff);
  else if ((load<u32>(CSR) & ENABLE) !== 0) restart();
}

function restart(): void {
  if (load<u32>(RVR) !== 0) schedule(TimedEvent.sysTick, now() + period());
}

/** The counter reached zero. */
export function sysTickDue(): void {
  store<u32>(CSR, load<u32>(CSR) | COUNTFLAG);
  if ((load<u32>(CSR) & TICKINT) !== 0) pend(Exception.sysTick);
  // Ticks that were missed while the flash was busy are lost, as on the chip.
  let next = deadline(TimedEvent.sysTick) + period();
  if (next <= now()) next = now() + period();
  schedule(TimedEvent.sysTick, next);
}
