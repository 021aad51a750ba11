import { hexWord } from '../protocol/bytes';
import type { EmulationEvent } from './emulatedController';
import type { CoreFault, ResetCause } from './emulatorCore';
import type { EmulationState } from './messages';

const CAUSES: Record<ResetCause, string> = {
  powerOn: 'power on',
  software: 'by its own program',
  independentWatchdog: 'by the watchdog (IWDG)',
  windowWatchdog: 'by the window watchdog (WWDG), as the bootloader ends',
};

const STATES: Record<EmulationState, string> = {
  running: 'The program runs again.',
  'locked-up':
    'The program has locked up: a fault inside its fault handler, and no watchdog runs. Only a reset helps.',
  restarting:
    'The program starts over again and again: it faults, or a watchdog bites, before it gets anywhere.',
  halted: 'A debugger has stopped the program: its time stands still until it goes on.',
  off: 'The power is off.',
};

/** Names of the bits of CFSR (ARMv7-M ARM, B3.2.15). */
const STATUS: readonly (readonly [bit: number, meaning: string])[] = [
  [8, 'no memory to execute from'],
  [9, 'no memory or register'],
  [16, 'undefined instruction'],
  [17, 'branch to an address without the Thumb bit'],
  [18, 'invalid return from an exception'],
  [19, 'floating point while the FPU is off'],
  [24, 'unaligned access'],
];

/** What a fault was, in words: the most useful message that an emulated controller has. */
export function faultText({ pc, status, address }: CoreFault): string {
  const meaning = STATUS.find(([bit]) => ((status >>> bit) & 1) === 1)?.[1] ?? `CFSR ${hexWord(status)}`;
  const where = ((status >>> 9) & 1) === 1 ? ` at ${hexWord(address)}` : '';
  return `Fault: ${meaning}${where}, instruction at ${hexWord(pc)}.`;
}

/** What keeps a program from running; undefined while nothing does. */
export function troubleText(state: EmulationState, fault: CoreFault | undefined): string | undefined {
  if (state === 'running') return undefined;
  return fault === undefined ? STATES[state] : `${STATES[state]} ${faultText(fault)}`;
}

/** One line for people. */
export function eventText(event: EmulationEvent): string {
  switch (event.kind) {
    case 'reset':
      return `Restart ${CAUSES[event.cause]} at ${(event.time_ms / 1000).toFixed(3)} s.`;
    case 'fault':
      return `${faultText(event.fault)} ${(event.time_ms / 1000).toFixed(3)} s after power-on.`;
    case 'state':
      return STATES[event.state];
    case 'failed':
      return `The emulation ended: ${event.reason}.`;
  }
}
