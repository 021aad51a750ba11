import { cpu, INSTRUCTION_NS } from './cpu';
import { DEADLINES } from './layout';

/** What happens at a point in time. The number is the place of its deadline. */
export const enum TimedEvent {
  sysTick,
  adc,
  iwdg,
  wwdg,
  usb,
  uart1,
  uart2,
  uart3,
  uart4,
  uart5,
  uart6,
  uartReceive,
  can,
  can1,
  can2,
  timer1,
  timer2,
  timer3,
  timer4,
  timer5,
  timer6,
  timer7,
  timer8,
  timer9,
  timer10,
  timer11,
  timer12,
  timer13,
  timer14,
  count,
}

const NEVER: i64 = i64.MAX_VALUE;

/** Virtual nanoseconds since power-on. */
export function now(): i64 {
  return cpu.horizon - (cpu.remaining as i64) * INSTRUCTION_NS;
}

/** Lets `event` happen at `at` instead of whenever it was due before. */
export function schedule(event: i32, at: i64): void {
  store<i64>(DEADLINES + (event << 3), at);
  if (at < cpu.horizon) shorten(at);
}

export function cancel(event: i32): void {
  store<i64>(DEADLINES + (event << 3), NEVER);
}

export function deadline(event: i32): i64 {
  return load<i64>(DEADLINES + (event << 3));
}

export function isScheduled(event: i32): bool {
  return deadline(event) !== NEVER;
}

export function cancelAll(): void {
  for (let event: i32 = 0; event < TimedEvent.count; event++) cancel(event);
}

/** The event that is due first. */
export function firstEvent(): i32 {
  let first: i32 = 0;
  let least = deadline(0);
  for (let event: i32 = 1; event < TimedEvent.count; event++) {
    const at = deadline(event);
    if (at < least) {
      least = at;
      first = event;
    }
  }
  return first;
}

/** Lets the current stretch of instructions end at `at`, or at once. */
function shorten(at: i64): void {
  const time = now();
  let instructions = (at - time + INSTRUCTION_NS - 1) / INSTRUCTION_NS;
  if (instructions < 0) instructions = 0;
  cpu.remaining = instructions as i32;
  cpu.horizon = time + instructions * INSTRUCTION_NS;
}

/** Begins a stretch of instructions from `from` to `to`. */
export function stretch(from: i64, to: i64): void {
  const instructions = (to - from + INSTRUCTION_NS - 1) / INSTRUCTION_NS;
  cpu.remaining = instructions as i32;
  cpu.horizon = from + instructions * INSTRUCTION_NS;
}

/** The core stands still for so long while everything else goes on: the events of that time follow at once. */
export function stall(duration_ns: i64): void {
  const time = now() + duration_ns;
  cpu.stall_ns += duration_ns;
  cpu.remaining = 0;
  cpu.horizon = time;
}

/** Ends the stretch after the current instruction. */
export function endStretch(): void {
  cpu.horizon = now();
  cpu.remaining = 0;
}
