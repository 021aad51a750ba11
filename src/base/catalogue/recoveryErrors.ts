import { defineErrors } from './define';

const UNTOUCHED = 'Nothing was erased or written.';
const HALF_WRITTEN =
  'The controller has no whole firmware now and will not start; its chip can be programmed again as often as needed.';
const WIRES = 'SWDIO, SWCLK, GND and, if it is led out, NRST';

/** Programming over SWD: the way to the chip, the chip itself, and what is left when it is broken off. */
export const recoveryErrors = defineErrors({
  'swd-no-target': {
    exitStatus: 3,
    text: (d: { via: string }) => ({
      happened: `Nothing answers at the SWD pins of ${d.via}.`,
      state: UNTOUCHED,
      next:
        `Check that the dead controller has power of its own, and the wires: ${WIRES}, each to the pin of the same ` +
        'name. Swap SWDIO and SWCLK if in doubt; keep the wires shorter than 20 cm.',
    }),
  },
  'swd-unknown-chip': {
    exitStatus: 4,
    text: (d: { via: string }) => ({
      happened: `At the SWD pins of ${d.via} is a chip that its programmer does not know.`,
      state: UNTOUCHED,
      next: 'A VESC has an STM32F405. Check which board the wires lead to, or use an ST-Link.',
    }),
  },
  'swd-wrong-chip': {
    exitStatus: 4,
    text: (d: { found: string }) => ({
      happened: `The chip at the SWD pins is ${d.found}, not the STM32F405 of a motor controller.`,
      state: UNTOUCHED,
      next: 'Check which board the wires lead to: radio modules and BMS have SWD pins, too.',
    }),
  },
  'swd-other-controller': {
    exitStatus: 4,
    text: (d: { chip: string; there: string; address: string }) => ({
      happened: `The chip at the SWD pins is controller ${d.chip}, but at ${d.address} answers ${d.there}.`,
      state: UNTOUCHED,
      next: 'Wire the programmer to the controller that is to be programmed, or name the port where that one answers.',
    }),
  },
  'swd-not-a-programmer': {
    exitStatus: 3,
    text: (d: { hardware: string }) => ({
      happened: `${d.hardware} does not answer as a programmer.`,
      state: UNTOUCHED,
      next: 'Use a motor controller whose firmware was built with its programmer (the default), or an ST-Link.',
    }),
  },
  'swd-locked': {
    exitStatus: 4,
    text: (_: Record<string, never>) => ({
      happened:
        'The chip is read-protected (option byte RDP, level 1): nobody can read or program it as it is.',
      state: UNTOUCHED,
      next:
        'Unlocking erases everything in it, the manufacturer’s firmware and calibration too. If that is what you ' +
        'want, say so (--unlock, with an ST-Link or another adapter), and switch its power off and on afterwards.',
    }),
  },
  'swd-locked-for-good': {
    exitStatus: 4,
    text: (_: Record<string, never>) => ({
      happened: 'The chip is locked for good (option byte RDP, level 2): no programmer can ever open it.',
      state: UNTOUCHED,
      next: 'Only replacing the chip helps.',
    }),
  },
  'swd-cannot-unlock': {
    exitStatus: 4,
    text: (d: { via: string }) => ({
      happened: `The chip is read-protected (option byte RDP, level 1), and ${d.via} cannot take that away.`,
      state: UNTOUCHED,
      next: 'Unlock it with an ST-Link or another debug adapter.',
    }),
  },
  'swd-unlock-failed': {
    exitStatus: 7,
    text: (d: { reason: string }) => ({
      happened: `The chip could not be unlocked: ${d.reason}`,
      state: 'It may be erased, and is still locked or wants its power switched.',
      next: 'Switch the power of the controller off and on, then start the recovery again.',
    }),
  },
  'swd-erase-failed': {
    exitStatus: 7,
    text: (d: { reason: string }) => ({
      happened: `The flash could not be erased: ${d.reason}`,
      state: HALF_WRITTEN,
      next: 'Check the power of the controller and the wires, then start the recovery again.',
    }),
  },
  'swd-write-failed': {
    exitStatus: 7,
    text: (d: { address: number; reason: string }) => ({
      happened: `The flash could not be written at ${hex(d.address)}: ${d.reason}`,
      state: HALF_WRITTEN,
      next: 'Check the power of the controller and the wires, then start the recovery again.',
    }),
  },
  'swd-verify-failed': {
    exitStatus: 7,
    text: (d: { address: number }) => ({
      happened: `What was read back at ${hex(d.address)} is not what was written.`,
      state: HALF_WRITTEN,
      next:
        'Start the recovery again, with shorter wires or a steadier supply. If it stays at the same address, the ' +
        'flash is worn out.',
    }),
  },
  'swd-interrupted': {
    exitStatus: 7,
    text: (d: { reason: string }) => ({
      happened: `The programming broke off: ${d.reason}`,
      state: HALF_WRITTEN,
      next: 'Connect the programmer again, check the power of the controller, and start the recovery again.',
    }),
  },
  'recovered-silent': {
    exitStatus: 7,
    text: (d: { waited_s: number; uuid: string }) => ({
      happened:
        `The flash of controller ${d.uuid} was written and read back without a mistake, but it did not answer within ` +
        `${d.waited_s} s.`,
      state: 'Its firmware is complete. It was started over.',
      next:
        'Switch its power off and on, check the USB cable, and connect. If it stays silent, the firmware may be for ' +
        'other hardware: recover it again with the image of its own board.',
    }),
  },
  'openocd-missing': {
    exitStatus: 3,
    text: (d: { advice: string }) => ({
      happened: 'OpenOCD, the program that talks to ST-Link and other adapters, was not found.',
      state: UNTOUCHED,
      next: d.advice,
    }),
  },
  'openocd-setting': {
    exitStatus: 3,
    text: (d: { setting: string }) => ({
      happened: `There is no OpenOCD that runs at "${d.setting}".`,
      state: UNTOUCHED,
      next: 'Correct vesc.openocdPath (--openocd), or empty it to use the one on PATH.',
    }),
  },
  'openocd-too-old': {
    exitStatus: 3,
    text: (d: { version: string; needed: string }) => ({
      happened: `OpenOCD ${d.version} is too old; ${d.needed} is the first that works here.`,
      state: UNTOUCHED,
      next: 'Install a newer one (the xPack release runs anywhere), and name it in vesc.openocdPath (--openocd).',
    }),
  },
  'openocd-incomplete': {
    exitStatus: 3,
    text: (d: { file: string }) => ({
      happened: `OpenOCD does not find its own file ${d.file}.`,
      state: UNTOUCHED,
      next: 'Its installation is incomplete: install it again, with its scripts folder.',
    }),
  },
  'openocd-failed': {
    exitStatus: 3,
    text: (d: { reason: string }) => ({
      happened: `OpenOCD gave up: ${d.reason}`,
      state: UNTOUCHED,
      next: 'Check adapter, wires and power, and try again; the log has all that it said.',
    }),
  },
  'adapter-missing': {
    exitStatus: 3,
    text: (d: { adapter: string }) => ({
      happened: `No ${d.adapter} was found.`,
      state: UNTOUCHED,
      next: 'Plug it in, in a virtual machine or container pass it through, and try again.',
    }),
  },
  'adapter-busy': {
    exitStatus: 3,
    text: (d: { adapter: string }) => ({
      happened: `The ${d.adapter} is in use by another program.`,
      state: UNTOUCHED,
      next: 'End the debug session, the other OpenOCD or the vendor’s tool that holds it, and try again.',
    }),
  },
  'adapter-permission': {
    exitStatus: 3,
    text: (d: { adapter: string }) => ({
      happened: `This user may not use the ${d.adapter}.`,
      state: UNTOUCHED,
      next:
        'On Linux copy OpenOCD’s 60-openocd.rules (in its contrib folder) to /etc/udev/rules.d, join the group ' +
        'plugdev, and plug the adapter in again. On Windows give it the WinUSB driver with Zadig.',
    }),
  },
  'adapter-driver': {
    exitStatus: 3,
    text: (d: { adapter: string }) => ({
      happened: `This OpenOCD was built without support for the ${d.adapter}.`,
      state: UNTOUCHED,
      next: 'Install one that has it (the xPack release does), and name it in vesc.openocdPath (--openocd).',
    }),
  },
  'target-unpowered': {
    exitStatus: 3,
    text: (d: { voltage_V: number }) => ({
      happened: `The controller has no power: its 3.3 V are at ${d.voltage_V.toFixed(2)} V.`,
      state: UNTOUCHED,
      next:
        'Connect its battery or USB, and VCC of the SWD header to the adapter’s VTref pin, which only measures. A ' +
        'cheap ST-Link clone may supply 3.3 V itself: then connect nothing else that does.',
    }),
  },
  'swd-wiring': {
    exitStatus: 3,
    text: (d: { adapter: string }) => ({
      happened: `The ${d.adapter} reaches no chip at its SWD pins.`,
      state: UNTOUCHED,
      next:
        `Check the wires: ${WIRES}, each to the pin of the same name, none of them loose or longer than 20 cm; and ` +
        'that the controller is powered.',
    }),
  },
});

function hex(address: number): string {
  return `0x${address.toString(16).toUpperCase().padStart(8, '0')}`;
}
