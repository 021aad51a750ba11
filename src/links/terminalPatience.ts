/** How long a terminal command may be silent and still be at work. */
export interface Patience {
  /** From its echo to its first print. */
  readonly first_ms: number;
  /** Between two prints. */
  readonly idle_ms: number;
}

const QUICK: Patience = { first_ms: 300, idle_ms: 300 };
const SLOW: Patience = { first_ms: 30_000, idle_ms: 3000 };

/** Commands that measure or move the motor, and print in bursts with seconds between them (facts 6.1, 6.2). */
const SLOW_COMMANDS =
  /^(?:foc_(?:openloop|encoder_detect|sensors_detect|detect_apply|dc_cal)|measure_|param_detect|hall_analyze|rotor_lock|double_pulse|bm_|can_scan)/i;

/** The patience that `command` needs; there is no mark at the end of its output to wait for. */
export function patienceFor(command: string): Patience {
  return SLOW_COMMANDS.test(command.trim()) ? SLOW : QUICK;
}
