import { defineErrors } from './define';

const UNTOUCHED = 'The controller is untouched and runs what it ran before.';
const OLD_INTACT = 'Its old firmware is intact and runs.';

/** Why an upload that arrived was not put in place. */
export type NotTakenCause = 'no-bootloader' | 'old-bootloader' | 'damaged-upload';

const NOT_TAKEN: Readonly<Record<NotTakenCause, string>> = {
  'no-bootloader': 'it has no bootloader (only its watchdog brought it back).',
  'old-bootloader': 'its bootloader is older than 2022 and cannot unpack compressed images.',
  'damaged-upload': 'its bootloader found the upload damaged and refused it.',
};

/** The update procedure: preflight refusals and the ways an update can end other than well. */
export const updateErrors = defineErrors({
  'not-a-vesc': {
    exitStatus: 4,
    text: (d: { hardware: string; hardwareType: string }) => ({
      happened: `${d.hardware} is a ${d.hardwareType === 'bms' ? 'VESC BMS' : 'module (ESP32 or other)'}, not a motor controller.`,
      state: UNTOUCHED,
      next: 'Motor-controller firmware cannot run there; update it with its own tool, or pick the controller behind it on CAN.',
    }),
  },
  'firmware-too-old': {
    exitStatus: 4,
    text: (d: { version: string }) => ({
      happened: `Firmware ${d.version} has no way to update itself that is safe to use (3.59 is the first).`,
      state: UNTOUCHED,
      next: 'Program it once over SWD; after that every update works from here.',
    }),
  },
  'needs-5.03-first': {
    exitStatus: 4,
    text: (d: { version: string }) => ({
      happened: `Firmware ${d.version} is a manufacturer's own, and its bootloader takes neither this image nor a new bootloader.`,
      state: UNTOUCHED,
      next: 'Flash VESC firmware 5.03 for this hardware first, then install a current bootloader, then flash this.',
    }),
  },
  'wrong-hardware': {
    exitStatus: 4,
    text: (d: { image: string; controller: string }) => ({
      happened: `The image is for hardware "${d.image}", the controller is a "${d.controller}".`,
      state: UNTOUCHED,
      next:
        `Build the board that belongs to "${d.controller}". Wrong firmware can destroy the power stage; to send it all ` +
        `the same, type the controller's hardware name (--override-hardware "${d.controller}").`,
    }),
  },
  'hardware-unknown': {
    exitStatus: 4,
    text: (d: { file: string; controller: string }) => ({
      happened: `${d.file} does not say for which hardware it is.`,
      state: UNTOUCHED,
      next: `If you are sure that it is for "${d.controller}", type that name (--override-hardware "${d.controller}").`,
    }),
  },
  'image-altered': {
    exitStatus: 4,
    text: (d: { file: string }) => ({
      happened: `${d.file} was changed after it got its build identity, so that identity would prove the wrong thing.`,
      state: UNTOUCHED,
      next: 'Build it again.',
    }),
  },
  'motor-turning': {
    exitStatus: 4,
    text: (d: { erpm: number; duty: number; work?: 'settings' }) => ({
      happened: `The motor is turning (${d.erpm} ERPM, duty ${d.duty.toFixed(3)}).`,
      state:
        d.work === 'settings'
          ? 'Nothing was written; its settings and its code are as they were.'
          : 'Nothing was erased; the old firmware runs.',
      next: 'Stop the motor and let it come to rest, then try again.',
    }),
  },
  'voltage-low': {
    exitStatus: 4,
    text: (d: { voltage_V: number; minimum_V: number; fault?: string }) => ({
      ...(d.fault === undefined || d.voltage_V < d.minimum_V
        ? {
            happened: `The supply is ${d.voltage_V.toFixed(1)} V; flash is not safely erased below ${d.minimum_V} V.`,
            next: 'Connect the battery or a supply. If the controller is powered another way, override voltage-low.',
          }
        : {
            happened:
              `The supply is ${d.voltage_V.toFixed(1)} V, but the chip's own has dipped (${d.fault}); flash is not ` +
              'safely erased then.',
            next:
              'See to what loads or disturbs its 3.3 V, and try again when the fault is gone. If you are sure of that ' +
              'supply, override voltage-low.',
          }),
      state: UNTOUCHED,
    }),
  },
  'erase-refused': {
    exitStatus: 5,
    text: (_: Record<string, never>) => ({
      happened: 'The controller could not erase its staging area.',
      state: OLD_INTACT,
      next: 'It refuses while a motor is not released: stop everything that drives it, and try again.',
    }),
  },
  'write-refused': {
    exitStatus: 5,
    text: (d: { offset: number }) => ({
      happened: `The controller could not write its staging area at offset ${d.offset}.`,
      state: OLD_INTACT,
      next: 'Check the supply voltage and try again; if it stays at the same offset, the flash is worn out.',
    }),
  },
  'jump-ignored': {
    exitStatus: 5,
    text: (_: Record<string, never>) => ({
      happened: 'The controller did not enter its bootloader, although told so several times.',
      state: OLD_INTACT,
      next: 'Restart it and flash again.',
    }),
  },
  'link-lost': {
    exitStatus: 5,
    text: (d: { reason: string }) => ({
      happened: `The connection broke before the new firmware was put in place: ${d.reason}`,
      state: `${OLD_INTACT} Stored LispBM and QML code may be erased; the snapshot has it.`,
      next: 'Connect again and flash again; the settings and code are written back then.',
    }),
  },
  cancelled: {
    exitStatus: 5,
    text: (d: { work: string }) => ({
      happened: `${d.work} was cancelled.`,
      state: 'The controller keeps the firmware it had.',
      next: 'Start it again when you are ready.',
    }),
  },
  'bus-stopped': {
    exitStatus: 5,
    text: (d: { hardware: string; canId?: number }) => ({
      happened: `The update of the bus was stopped, because ${d.hardware}${
        d.canId === undefined ? '' : ` with CAN id ${d.canId}`
      } was not updated.`,
      state: OLD_INTACT,
      next: 'See to that controller first, then flash the bus again.',
    }),
  },
  'not-taken': {
    exitStatus: 6,
    text: (d: { causes: readonly NotTakenCause[]; running: string }) => ({
      happened:
        `The controller came back with its old firmware (${d.running}). Most likely cause: ` +
        d.causes.map((cause) => NOT_TAKEN[cause]).join(' Or: '),
      state: OLD_INTACT,
      next: d.causes.every((cause) => cause === 'damaged-upload')
        ? 'Flash again, which uploads it anew.'
        : 'Install the bootloader for this hardware, then flash again.',
    }),
  },
  'bootloader-missing': {
    exitStatus: 6,
    text: (d: { hardware: string }) => ({
      happened: 'This controller has no bootloader: an update would be stored and never put in place.',
      state: `Nothing was uploaded. ${OLD_INTACT}`,
      next: `Install the bootloader for "${d.hardware}", then flash again.`,
    }),
  },
  'bootloader-erase-refused': {
    exitStatus: 5,
    text: (_: Record<string, never>) => ({
      happened: 'The controller could not erase the sector of its bootloader.',
      state: 'Its firmware is intact and runs; whether it still has a bootloader is not known.',
      next: 'Stop everything that drives the motor and install the bootloader again, before any update.',
    }),
  },
  'bootloader-half-written': {
    exitStatus: 5,
    text: (d: { reason: string }) => ({
      happened: `The connection broke while the bootloader was written: ${d.reason}`,
      state: 'The firmware is intact and runs, but there is no working bootloader now.',
      next: 'Connect again and install the bootloader again, before any update.',
    }),
  },
  'bootloader-silent': {
    exitStatus: 6,
    text: (d: { name: string }) => ({
      happened: `${d.name} was written, but the controller's bootloader does not answer.`,
      state: 'The firmware is intact and runs; an update would not be put in place.',
      next: 'Install the bootloader that belongs to this hardware, or the generic one.',
    }),
  },
  'probe-silent': {
    exitStatus: 5,
    text: (d: { waited_s: number; uuid: string }) => ({
      happened: `Controller ${d.uuid} did not come back within ${d.waited_s} s from looking for its bootloader.`,
      state: 'Its firmware was not touched.',
      next: 'Switch its power off and on, then connect again.',
    }),
  },
  'came-back-different': {
    exitStatus: 6,
    text: (d: { running: string; expected: string }) => ({
      happened: `The controller came back with ${d.running}, which is neither its old firmware nor ${d.expected}.`,
      state: 'It runs that firmware.',
      next: 'Check whether somebody else flashed it meanwhile, then flash again.',
    }),
  },
  unproven: {
    exitStatus: 8,
    text: (d: { running: string }) => ({
      happened: `The controller copied something and came back as ${d.running}, but old and new image read the same.`,
      state: 'It runs, with either the old or the new image.',
      next: 'Build with this extension: its images carry an identity that proves what runs.',
    }),
  },
  lost: {
    exitStatus: 7,
    text: (d: { waited_s: number; uuid: string }) => ({
      happened: `Controller ${d.uuid} did not come back within ${d.waited_s} s after its bootloader was started.`,
      state:
        'LEDs tell: red flashing fast = the new firmware failed its own check; 8 red blinks = the bootloader could not ' +
        'program it; dark = no firmware.',
      next:
        'Leave it powered two more minutes, then unplug and plug in USB. If it stays silent, program it over SWD: the ' +
        'app .bin at 0x08000000, the bootloader at 0x080E0000.',
    }),
  },
});
