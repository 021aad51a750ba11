import { adcDue, prepareAdc } from './adc';
import { canAloneDue, canDue, resetCan } from './can';
import { noteReset } from './clocks';
import { crcReset, prepareCrc } from './crc';
import { Attention, cpu, INSTRUCTION_NS, PC, setReg, SP, Stop } from './cpu';
import { forgetAll } from './decode';
import { execute } from './execute';
import { resetFlash } from './flash';
import { resetInterrupts } from './interrupts';
import { CCM, CCM_SIZE, FLASH, FLASH_SIZE, PERIPHERAL_STATE, REGISTERS, SRAM, SRAM_SIZE } from './layout';
import { mapMemory, read32 } from './memory';
import { prepareMotor, releaseMotor } from './motor';
import { resetShadows } from './peripherals';
import { ResetCause } from './reset';
import { sysTickDue } from './sysTick';
import { resetSystemRegisters } from './systemRegisters';
import { cancelAll, deadline, firstEvent, now, stretch, TimedEvent } from './time';
import { resetTimers, timerDue } from './timers';
import { receiveDue, resetUarts, sentDue } from './uart';
import { resetUsb, usbDue } from './usb';
import { iwdgDue, resetWatchdogs, wwdgDue } from './watchdogs';

const RESETS: usize = PERIPHERAL_STATE + 1088;
const LAST_CAUSE: usize = RESETS + 4;
/** A reset takes about a millisecond; with that, a program that faults at once cannot stop the time. */
const RESET_NS: i64 = 1_000_000;
/** The longest stretch of instructions without a look at the events. */
const LONGEST_NS: i64 = 1_000_000_000;

/** Empty memory, erased flash, power on. */
export function powerOn(): void {
  mapMemory();
  prepareCrc();
  prepareAdc();
  prepareMotor();
  memory.fill(FLASH, 0xff, FLASH_SIZE);
  cancelAll();
  reset(ResetCause.powerOn);
}

/** Flash and time stay as they are; SRAM and CCM, too, unless the power was off. */
export function reset(cause: u32): void {
  releaseMotor();
  if (cause === ResetCause.powerOn) {
    memory.fill(SRAM, 0, SRAM_SIZE);
    memory.fill(CCM, 0, CCM_SIZE);
  }
  const time = cause === ResetCause.powerOn ? now() : now() + RESET_NS;
  memory.fill(REGISTERS, 0, 0x100);
  cpu.n = 0;
  cpu.z = 1;
  cpu.c = 0;
  cpu.v = 0;
  cpu.q = 0;
  cpu.ge = 0;
  cpu.itState = 0;
  cpu.inIt = 0;
  cpu.ipsr = 0;
  cpu.control = 0;
  cpu.primask = 0;
  cpu.faultmask = 0;
  cpu.basepri = 0;
  cpu.fpscr = 0;
  cpu.otherSp = 0;
  cpu.lockedUp = 0;
  cpu.exclusive = 0;
  cpu.fault = 0;
  cpu.resetCause = 0;
  cpu.attention = Attention.interrupts | (cpu.breakpoints !== 0 ? Attention.breakpoints : 0);
  cancelAll();
  stretch(time, time);
  resetInterrupts();
  resetSystemRegisters();
  resetShadows();
  resetTimers();
  resetUarts();
  resetFlash();
  resetWatchdogs();
  resetUsb();
  resetCan();
  crcReset();
  noteReset(cause);
  // The FPU is off again, and its instructions were decoded while it was on.
  forgetAll();
  store<u32>(RESETS, load<u32>(RESETS) + 1);
  store<u32>(LAST_CAUSE, cause);
  setReg(SP, read32(0) & ~3);
  setReg(PC, read32(4) & ~1);
}

export function resetCount(): u32 {
  return load<u32>(RESETS);
}

export function lastResetCause(): u32 {
  return load<u32>(LAST_CAUSE);
}

/** Runs until the virtual time `until`, or until the debugger is wanted: {@link CpuState.stopped}. */
export function run(until: i64): void {
  while (cpu.stopped === Stop.none) {
    const time = now();
    if (cpu.resetCause !== 0) {
      reset(cpu.resetCause);
      continue;
    }
    const event = firstEvent();
    const due = deadline(event);
    if (due <= time) {
      stretch(time, time);
      happen(event);
      continue;
    }
    if (time >= until) return;
    let end = due < until ? due : until;
    if (end - time > LONGEST_NS) end = time + LONGEST_NS;
    stretch(time, end);
    execute();
  }
}

/** One instruction, and what is due after it. */
export function step(): void {
  const time = now();
  stretch(time, time + INSTRUCTION_NS);
  execute();
  run(now());
}

function happen(event: i32): void {
  switch (event) {
    case TimedEvent.sysTick:
      return sysTickDue();
    case TimedEvent.adc:
      return adcDue();
    case TimedEvent.iwdg:
      return iwdgDue();
    case TimedEvent.wwdg:
      return wwdgDue();
    case TimedEvent.usb:
      return usbDue();
    case TimedEvent.can:
      return canDue();
    case TimedEvent.can1:
      return canAloneDue(0);
    case TimedEvent.can2:
      return canAloneDue(1);
    case TimedEvent.uartReceive:
      return receiveDue();
    default:
  }
  if (event >= TimedEvent.timer1) timerDue(event - TimedEvent.timer1 + 1);
  else if (event >= TimedEvent.uart1 && event <= TimedEvent.uart6) sentDue(event - TimedEvent.uart1 + 1);
}
