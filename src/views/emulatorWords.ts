import { basename } from 'node:path';
import { imageInName } from '../controllers/emulatedName';
import type { EmulatedStatus } from '../controllers/emulatedRun';
import type { CoreFault } from '../emulator/emulatorCore';
import { faultText } from '../emulator/eventText';
import type { Quantity } from '../emulator/boardInputs';

/** What is the matter with an emulated controller, and what can be done. */
export interface EmulatorTrouble {
  /** A few words for a row of the tree. */
  readonly words: string;
  readonly cause: string;
  readonly next: string;
  /** The fault that came before it. */
  readonly fault?: CoreFault;
}

const POWER: EmulatorTrouble = {
  words: 'power off',
  cause: 'Its power was switched off.',
  next: 'Switch it on in the view Emulator.',
};
const UNPLUGGED: EmulatorTrouble = {
  words: 'unplugged',
  cause: 'Its USB cable was pulled.',
  next: 'Plug it in in the view Emulator.',
};
const HALTED: EmulatorTrouble = {
  words: 'halted by the debugger',
  cause: 'A debugger has stopped its program; its time stands still, watchdogs included.',
  next: 'Continue in the debugger, or end debugging.',
};
const NEXT = 'Debug in emulator shows where; another build can be put in its place.';

/** Undefined while it runs and can be reached. */
export function emulatorTrouble(status: EmulatedStatus): EmulatorTrouble | undefined {
  const { state, plugged, fault, restart } = status;
  const because = fault ? { fault } : {};
  switch (state) {
    case 'off':
      return POWER;
    case 'halted':
      return HALTED;
    case 'locked-up':
      return {
        words: 'locked up',
        cause: `${fault ? `${faultText(fault)} ` : ''}Its fault handler failed, too, and no watchdog ends that.`,
        next: NEXT,
        ...because,
      };
    case 'restarting':
      return {
        words: 'starts over again and again',
        cause: fault
          ? faultText(fault)
          : restart === 'software'
            ? 'It restarts by its own program before it gets anywhere.'
            : 'A watchdog restarts it before it gets anywhere.',
        next: NEXT,
        ...because,
      };
    case 'running':
      return plugged ? undefined : UNPLUGGED;
  }
}

/** How a quantity is called and shown. */
export interface QuantityLook {
  readonly label: string;
  readonly unit: string;
  readonly digits: number;
}
export const QUANTITY_LOOKS: Readonly<Record<Quantity, QuantityLook>> = {
  supply: { label: 'Supply voltage', unit: 'V', digits: 1 },
  gateDriver: { label: 'Gate driver supply', unit: 'V', digits: 1 },
  fetTemperature: { label: 'FET temperature', unit: '°C', digits: 0 },
  motorTemperature: { label: 'Motor temperature', unit: '°C', digits: 0 },
};

/** What an emulated controller is called before it has said who it is: the file that it runs. */
export function emulatedTitle(name: string): string {
  return basename(imageInName(name));
}
