import { VescError } from '../base/errors';
import { CRASH_REGISTERS, type CrashCause, type CrashRegister } from '../protocol/crashDiag';
import { type ResetCause, resetFlags } from './board';

/** What the firmware keeps of boots and crashes in RAM that no reset clears (7.01; `main.h` of the firmware). */
export interface CrashMemory {
  bootNumber: number;
  /** Boots in a row that ended in a crash, a halt or a watchdog reset. */
  crashStreak: number;
  /** The last crash, with the number of the boot it ended. */
  crash: { readonly cause: CrashCause; readonly boot: number } | undefined;
  supplyDips: number;
  lastDip_s: number;
}

/** That memory after the power was off for long. */
export const freshCrashMemory = (): CrashMemory => ({
  bootNumber: 0,
  crashStreak: 0,
  crash: undefined,
  supplyDips: 0,
  lastDip_s: 0,
});

/** A boot begins. */
export function noteBoot(memory: CrashMemory, reset: ResetCause): void {
  memory.bootNumber++;
  const crashed = memory.crash !== undefined && memory.crash.boot + 1 === memory.bootNumber;
  const bitten = reset === 'watchdog' || reset === 'window-watchdog';
  memory.crashStreak = crashed || bitten ? memory.crashStreak + 1 : 0;
}

/** `crash_diag clear`: this counts as the first boot. */
export function clearCrashMemory(memory: CrashMemory): void {
  Object.assign(memory, freshCrashMemory(), { bootNumber: 1 });
}

/** The prints of `crash_diag`, one each, as `terminal.c` of 7.01 makes them. */
export function formatCrashDiag(memory: CrashMemory, reset: ResetCause, uptime_s: number): string[] {
  const { bootNumber, crashStreak, crash, supplyDips, lastDip_s } = memory;
  return [
    `Boot number: ${bootNumber}`,
    `Uptime: ${uptime_s} s`,
    `Reset flags: ${resetFlags[reset]}`,
    ...(supplyDips > 0 ? [`Supply dips <2.9V: ${supplyDips}, last at uptime ${lastDip_s} s`] : []),
    ...(bootNumber > 1 && reset === 'power-on' ? ['POR with RAM intact: brief supply dip'] : []),
    ...(crashStreak > 0 ? [`Consecutive crashed boots: ${crashStreak}`] : []),
    ...(crash ? formatCrash(crash.cause, bootNumber - crash.boot) : []),
  ];
}

function formatCrash(cause: CrashCause, bootsAgo: number): string[] {
  const word = cause.kind === 'halt' ? 'halt' : 'crash';
  const first = bootsAgo === 1 ? `Previous boot ${word}ed.` : `Stale ${word} from ${bootsAgo} boots ago.`;
  if (cause.kind === 'halt') {
    const { reason, badReasonAddress = 0 } = cause;
    return [
      first,
      reason === undefined ? `Bad reason ptr: ${word32(badReasonAddress)}` : `Reason: ${reason}`,
    ];
  }
  const registers = CRASH_REGISTERS.map((name) => `${name}: ${word32(cause.registers[name] ?? 0)}`);
  return [first, 'Registers:', ...registers];
}

/** `%08x`. */
function word32(value: number): string {
  return value.toString(16).padStart(8, '0');
}

const HALT = 'halt:';
/** What a crash shows that is told nothing else: an undefined instruction in a thread. */
const USUAL: Partial<Record<CrashRegister, number>> = {
  psr: 0x6100_0000,
  cfsr: 0x0001_0000,
  hfsr: 0x4000_0000,
};

/**
 * Reads a crash as people type it: `pc=0x0800c123,lr=0x0800d001`, with any of the registers, or `halt:REASON`.
 * @throws VescError `usage`
 */
export function parseCrash(text: string): CrashCause {
  if (text.startsWith(HALT)) return { kind: 'halt', reason: text.slice(HALT.length) };
  const registers: Partial<Record<CrashRegister, number>> = { ...USUAL };
  for (const part of text.split(',')) {
    const [, name, digits] = /^(\w+)=(?:0x)?([0-9a-f]{1,8})$/i.exec(part.trim()) ?? [];
    const register = CRASH_REGISTERS.find((known) => known === name?.toLowerCase());
    if (register === undefined) {
      throw new VescError('usage', {
        problem: `A crash is ${HALT}REASON or registers such as pc=0x0800c123,lr=0x0800d001, not "${text}".`,
      });
    }
    registers[register] = Number.parseInt(digits!, 16);
  }
  return { kind: 'registers', registers };
}
