// What the host calls. Bytes go through the queues in memory (queues.ts).
import { sequenceCount, setChannel, setIndex } from './adc';
import { attachCan, canReceiveSoon } from './can';
import { cpu, INSTRUCTION_NS, reg } from './cpu';
import { chooseUart, receiveSoon } from './uart';
import {
  attachDebugger,
  clearBreakpoint,
  debugRead,
  debugRegister,
  debugWrite,
  resume,
  setBreakpoint,
  setDebugRegister,
} from './debug';
import { faultCount, lastFault } from './faults';
import { clearDirty, dirtyFrom, dirtyTo, eraseCount, setInstantFlash } from './flash';
import { holdPin } from './gpio';
import { FLASH, QUEUES, SRAM } from './layout';
import { lastResetCause, powerOn, reset, resetCount, run, step } from './machine';
import { motorField, setMotorField } from './motorState';
import { UNIQUE_ID } from './rom';
import { isUsbConfigured } from './usbHost';
import { isScheduled, now, TimedEvent } from './time';

export {
  attachDebugger,
  clearBreakpoint,
  debugRead,
  debugRegister,
  debugWrite,
  resume,
  setBreakpoint,
  setDebugRegister,
  attachCan,
  canReceiveSoon,
  chooseUart,
  clearDirty,
  dirtyFrom,
  dirtyTo,
  eraseCount,
  faultCount,
  lastFault,
  holdPin,
  lastResetCause,
  motorField,
  now,
  powerOn,
  receiveSoon,
  reg,
  reset,
  resetCount,
  run,
  sequenceCount,
  setChannel,
  setIndex,
  setInstantFlash,
  setMotorField,
  step,
  isUsbConfigured,
};

export function flashAddress(): usize {
  return FLASH;
}

export function sramAddress(): usize {
  return SRAM;
}

export function uniqueIdAddress(): usize {
  return UNIQUE_ID;
}

export function queuesAddress(): usize {
  return QUEUES;
}

/** Instructions executed since power-on. */
export function instructions(): i64 {
  return (now() - cpu.idle_ns - cpu.stall_ns) / INSTRUCTION_NS;
}

export function idle_ns(): i64 {
  return cpu.idle_ns;
}

export function stopReason(): u32 {
  return cpu.stopped;
}

export function isLockedUp(): bool {
  return cpu.lockedUp !== 0;
}

/** True while a watchdog runs: whatever becomes of the program, a reset ends it. */
export function isWatched(): bool {
  return isScheduled(TimedEvent.iwdg) || isScheduled(TimedEvent.wwdg);
}
