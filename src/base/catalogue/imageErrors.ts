import { defineErrors } from './define';

const UNTOUCHED = 'Nothing was sent to the controller.';
const PICK_BIN =
  'Choose the .bin that the firmware build leaves in build/<board>/, or a packed firmware file made from it.';
const LENGTHS =
  'A firmware image has exactly 524280 bytes (6.00 and later) or 393208 bytes (5.03 and earlier)';

/** Firmware files that cannot be what is asked for. */
export const imageErrors = defineErrors({
  'file-unreadable': {
    exitStatus: 2,
    text: (d: { path: string; reason: string }) => ({
      happened: `${d.path} cannot be read: ${d.reason}.`,
      state: '',
      next: 'Check the path and its permissions.',
    }),
  },
  'image-empty': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} is empty.`,
      state: UNTOUCHED,
      next: 'The build or the copy that made it was cut short: make it again.',
    }),
  },
  'image-truncated': {
    exitStatus: 4,
    text: (d: { name: string; length_B: number }) => ({
      happened:
        `${d.name} has ${d.length_B} bytes. ${LENGTHS}; with a shorter one the old checksum survives behind it ` +
        `and the controller would never start again.`,
      state: UNTOUCHED,
      next: PICK_BIN,
    }),
  },
  'image-too-long': {
    exitStatus: 4,
    text: (d: { name: string; length_B: number }) => ({
      happened: `${d.name} has ${d.length_B} bytes. ${LENGTHS}; a longer one does not fit the application area.`,
      state: UNTOUCHED,
      next: PICK_BIN,
    }),
  },
  'image-does-not-fit': {
    exitStatus: 4,
    text: (d: { payload_B: number; limit_B: number }) => ({
      happened: `The image needs ${d.payload_B} bytes when compressed; the staging area takes ${d.limit_B}.`,
      state: UNTOUCHED,
      next: 'Build it with less data that cannot be compressed (embedded QML, tables), or flash it over SWD.',
    }),
  },
  'image-is-text': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} is a text file, not a firmware image.`,
      state: UNTOUCHED,
      next: PICK_BIN,
    }),
  },
  'image-is-hex': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} is an Intel HEX file; only .bin images can be sent.`,
      state: UNTOUCHED,
      next: 'Use the .bin next to it, or convert it: arm-none-eabi-objcopy -I ihex -O binary IN.hex OUT.bin.',
    }),
  },
  'image-is-elf': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} is an ELF file; only .bin images can be sent.`,
      state: UNTOUCHED,
      next: 'Use the .bin next to it, or convert it: arm-none-eabi-objcopy -O binary IN.elf OUT.bin.',
    }),
  },
  'image-is-archive': {
    exitStatus: 4,
    text: (d: { name: string; kind: string }) => ({
      happened: `${d.name} is ${d.kind}, not a firmware image.`,
      state: UNTOUCHED,
      next: `Unpack it and choose the firmware .bin of your board inside.`,
    }),
  },
  'image-is-bootloader': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} is a bootloader: its code is linked for 0x080E0000, behind the staging area.`,
      state: UNTOUCHED,
      next: 'Install it with the bootloader command; to update the firmware choose a firmware .bin.',
    }),
  },
  'image-is-express': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} is an ESP32 image (VESC Express): it does not run on a motor controller.`,
      state: UNTOUCHED,
      next: PICK_BIN,
    }),
  },
  'image-is-bms': {
    exitStatus: 4,
    text: (d: { name: string; length_B: number }) => ({
      happened: `${d.name} (${d.length_B} bytes) looks like firmware of a VESC BMS or another small module.`,
      state: UNTOUCHED,
      next: PICK_BIN,
    }),
  },
  'image-packed-twice': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} was packed twice: behind its staging header stands another one.`,
      state: UNTOUCHED,
      next: 'Pack the .bin again, or choose the .bin itself; the header is added on the way.',
    }),
  },
  'image-pack-damaged': {
    exitStatus: 4,
    text: (d: { name: string; reason: string }) => ({
      happened: `${d.name} is a damaged packed image: ${d.reason}.`,
      state: UNTOUCHED,
      next: 'Download or pack it again.',
    }),
  },
  'image-stack-pointer': {
    exitStatus: 4,
    text: (d: { name: string; stackPointer: number }) => ({
      happened: `${d.name} would start with its stack at ${hex(d.stackPointer)}, where there is no RAM.`,
      state: UNTOUCHED,
      next: PICK_BIN,
    }),
  },
  'image-reset-vector': {
    exitStatus: 4,
    text: (d: { name: string; resetVector: number; area: string }) => ({
      happened: `${d.name} would start at ${hex(d.resetVector)}, which is no code address in ${d.area}.`,
      state: UNTOUCHED,
      next: PICK_BIN,
    }),
  },
  'image-crc-info': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened:
        `The last eight bytes of ${d.name} are not FF: it was read out of a running controller or changed, and ` +
        `its own start-up check would stop it.`,
      state: UNTOUCHED,
      next: 'Use the .bin as the build made it.',
    }),
  },
  'bootloader-empty': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} is too short to be a bootloader.`,
      state: UNTOUCHED,
      next: 'Choose the .bin of a VESC bootloader (about 6 KB).',
    }),
  },
  'bootloader-too-long': {
    exitStatus: 4,
    text: (d: { name: string; length_B: number; limit_B: number }) => ({
      happened: `${d.name} has ${d.length_B} bytes; a bootloader has ${d.limit_B} at the most.`,
      state: UNTOUCHED,
      next: 'Choose the .bin of a VESC bootloader (about 6 KB).',
    }),
  },
  'bootloader-is-app': {
    exitStatus: 4,
    text: (d: { name: string; resetVector: number }) => ({
      happened: `${d.name} is not linked for 0x080E0000, where the bootloader lies: it starts at ${hex(d.resetVector)}.`,
      state: UNTOUCHED,
      next: 'Choose the .bin of a VESC bootloader; firmware is sent with the flash command.',
    }),
  },
  'bootloader-packed': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} carries a staging header; the bootloader is written without one.`,
      state: UNTOUCHED,
      next: 'Choose the plain .bin of the bootloader.',
    }),
  },
});

function hex(address: number): string {
  return `0x${address.toString(16).toUpperCase().padStart(8, '0')}`;
}
