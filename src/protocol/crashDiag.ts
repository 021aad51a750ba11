/** A cause of the last reset, as the microcontroller's reset register names it (facts 6.2, `crash_diag`). */
export type ResetFlag = 'BOR' | 'PIN' | 'POR' | 'SFT' | 'IWDG' | 'WWDG' | 'LPWR';

const FLAGS: readonly string[] = ['BOR', 'PIN', 'POR', 'SFT', 'IWDG', 'WWDG', 'LPWR'] satisfies ResetFlag[];

/** The registers of a crash, in the order in which the firmware prints them (`crash_diag`, 7.01). */
export const CRASH_REGISTERS = [
  'r0',
  'r1',
  'r2',
  'r3',
  'r12',
  'lr',
  'pc',
  'psr',
  'cfsr',
  'hfsr',
  'mmfar',
  'bfar',
  'afsr',
  'shcsr',
] as const;
export type CrashRegister = (typeof CRASH_REGISTERS)[number];
/** Each an unsigned 32-bit number. */
export type CrashRegisters = Readonly<Record<CrashRegister, number>>;

/** How the firmware ended: it stopped itself and said why, or the processor could not go on. */
export type CrashCause =
  | {
      readonly kind: 'halt';
      /** What the firmware gave as its reason: a sentence, an assertion, or the name of a function. */
      readonly reason?: string;
      /** Where its reason should have been, when that is no place in flash. */
      readonly badReasonAddress?: number;
    }
  | {
      readonly kind: 'registers';
      /** What arrived of them; a lost print leaves a gap. */
      readonly registers: Partial<CrashRegisters>;
    };

/** What `crash_diag` tells (7.01 and later; `terminal.c` and `main.h` of the firmware). */
export interface CrashDiag {
  /** Boots since the memory it counts in was last without power. */
  readonly bootNumber: number;
  readonly uptime_s: number;
  /** Why it started last. */
  readonly resetFlags: readonly ResetFlag[];
  /** How often the supply of the microcontroller fell below 2.9 V; undefined when it never did. */
  readonly supplyDips?: { readonly count: number; readonly lastUptime_s: number };
  /** The last reset was a loss of power too short for the memory to forget. */
  readonly briefPowerLoss: boolean;
  /** Boots in a row that ended in a crash, a halt or a watchdog reset. */
  readonly crashedBoots: number;
  /** The last crash, undefined when none is recorded; 1 boot ago: it led to the reset before this boot. */
  readonly crash?: CrashCause & { readonly bootsAgo: number };
}

const NUMBER = 10;
const HEX = 16;
const REGISTER = /^(\w+): ([0-9a-f]{1,8})$/;

/**
 * Reads the prints of the terminal command `crash_diag`, with or without the echo line and in any split; lines of
 * other origin are ignored. Undefined when they hold no reset flags: the firmware does not know the command.
 */
export function parseCrashDiag(prints: readonly string[]): CrashDiag | undefined {
  const text = prints.join('\n');
  const resetFlags = parseResetFlags(prints);
  if (resetFlags === undefined) return undefined;
  const dips = /^Supply dips <2\.9V: (\d+), last at uptime (\d+) s$/m.exec(text);
  const crash = parseCrash(text);
  return {
    bootNumber: numberIn(text, /^Boot number: (\d+)$/m) ?? 0,
    uptime_s: numberIn(text, /^Uptime: (\d+) s$/m) ?? 0,
    resetFlags,
    ...(dips ? { supplyDips: { count: Number(dips[1]), lastUptime_s: Number(dips[2]) } } : {}),
    briefPowerLoss: /^POR with RAM intact/m.test(text),
    crashedBoots: numberIn(text, /^Consecutive crashed boots: (\d+)$/m) ?? 0,
    ...(crash ? { crash } : {}),
  };
}

/** The reset flags in the output of the terminal's `crash_diag` (7.01 and later); undefined when it has none. */
export function parseResetFlags(prints: readonly string[]): ResetFlag[] | undefined {
  const line = /^Reset flags:(.*)$/m.exec(prints.join('\n'))?.[1];
  return line?.split(/\s+/).filter((word): word is ResetFlag => FLAGS.includes(word));
}

function parseCrash(text: string): CrashDiag['crash'] {
  const [, recent, stale, boots] =
    /^(?:Previous boot (halt|crash)ed\.|Stale (halt|crash) from (\d+) boots ago\.)$/m.exec(text) ?? [];
  const kind = recent ?? stale;
  if (kind === undefined) return undefined;
  const bootsAgo = boots === undefined ? 1 : Number(boots);
  if (kind === 'halt') {
    const reason = /^Reason: (.*)$/m.exec(text)?.[1];
    const badReasonAddress = numberIn(text, /^Bad reason ptr: ([0-9a-f]{1,8})$/m, HEX);
    return {
      kind: 'halt',
      bootsAgo,
      ...(reason === undefined ? {} : { reason }),
      ...(badReasonAddress === undefined ? {} : { badReasonAddress }),
    };
  }
  return { kind: 'registers', bootsAgo, registers: parseRegisters(text) };
}

function parseRegisters(text: string): Partial<CrashRegisters> {
  const registers: Partial<Record<CrashRegister, number>> = {};
  const lines = text.slice(text.indexOf('\nRegisters:') + 1).split('\n');
  for (const line of lines) {
    const [, name, digits] = REGISTER.exec(line) ?? [];
    const register = CRASH_REGISTERS.find((known) => known === name);
    if (register !== undefined) registers[register] = Number.parseInt(digits!, HEX);
  }
  return registers;
}

function numberIn(text: string, pattern: RegExp, base = NUMBER): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, base);
}
