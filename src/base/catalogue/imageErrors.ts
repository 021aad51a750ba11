import { defineErrors } from './define';

const UNTOUCHED = 'Nothing was sent to the controller.';
const PICK_IMAGE =
  'Choose the .bin, .hex or .elf that the firmware build leaves in build/<board>/, or a packed file made from the .bin.';
const PICK_BOOTLOADER = 'Choose the .bin, .hex or .elf of a VESC bootloader (about 6 KB).';
/** What to choose in place of a file that is none of what was wanted. */
const PICK = {
  image: PICK_IMAGE,
  bootloader: PICK_BOOTLOADER,
  elf: 'Choose the .elf that the firmware build leaves in build/<board>/, of the very build that runs.',
} as const;
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
      next: PICK_IMAGE,
    }),
  },
  'image-too-long': {
    exitStatus: 4,
    text: (d: { name: string; length_B: number }) => ({
      happened: `${d.name} has ${d.length_B} bytes. ${LENGTHS}; a longer one does not fit the application area.`,
      state: UNTOUCHED,
      next: PICK_IMAGE,
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
      next: PICK_IMAGE,
    }),
  },
  'image-hex-damaged': {
    exitStatus: 4,
    text: (d: { name: string; line: number; reason: string }) => ({
      happened: `${d.name} is no usable Intel HEX file. Line ${d.line}: ${d.reason}.`,
      state: UNTOUCHED,
      next: 'Build or download it again, or choose the .bin of the same build.',
    }),
  },
  'image-hex-truncated': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} is an Intel HEX file without its end: the copy or download of it was cut short.`,
      state: UNTOUCHED,
      next: 'Build or download it again, or choose the .bin of the same build.',
    }),
  },
  'image-elf-foreign': {
    exitStatus: 4,
    text: (d: { name: string; reason: string; wanted?: keyof typeof PICK }) => ({
      happened: `${d.name} is no ELF program for a motor controller (32-bit Arm): ${d.reason}.`,
      state: UNTOUCHED,
      next: PICK[d.wanted ?? 'image'],
    }),
  },
  'image-elf-damaged': {
    exitStatus: 4,
    text: (d: { name: string; reason: string }) => ({
      happened: `${d.name} is a damaged ELF file: ${d.reason}.`,
      state: UNTOUCHED,
      next: 'Build or copy it again, or choose the .bin of the same build.',
    }),
  },
  'image-outside-app': {
    exitStatus: 4,
    text: (d: { name: string; address: number; area: string }) => ({
      happened:
        `${d.name} puts something at ${hex(d.address)} (${d.area}), outside of the application area ` +
        `0x08000000–0x0807FFFF. An update writes nothing else.`,
      state: UNTOUCHED,
      next: `${PICK_IMAGE} A file with firmware and bootloader in one is for a programmer (SWD).`,
    }),
  },
  'image-wrong-range': {
    exitStatus: 4,
    text: (d: { name: string; start: number; end: number }) => ({
      happened:
        `The program in ${d.name} reaches from ${hex(d.start)} to ${hex(d.end - 1)}. Firmware reaches from ` +
        `0x08000000 to 0x0807FFF7 (6.00 and later) or to 0x0805FFF7 (5.03 and earlier); with a shorter one the old ` +
        `checksum survives behind it and the controller would never start again.`,
      state: UNTOUCHED,
      next: PICK_IMAGE,
    }),
  },
  'image-holds-settings': {
    exitStatus: 4,
    text: (d: { name: string; address: number }) => ({
      happened:
        `${d.name} puts something at ${hex(d.address)}, into the settings (0x08004000–0x0800BFFF), which a build ` +
        `leaves empty: it was read out of a running controller or changed.`,
      state: UNTOUCHED,
      next: PICK_IMAGE,
    }),
  },
  'image-contradicts-itself': {
    exitStatus: 4,
    text: (d: { name: string; address: number }) => ({
      happened: `${d.name} says twice what belongs at ${hex(d.address)}, and not the same.`,
      state: UNTOUCHED,
      next: 'Build or download it again; two files must not be put together into one.',
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
      next: 'Install it with the bootloader command; to update the firmware choose a firmware image.',
    }),
  },
  'image-is-express': {
    exitStatus: 4,
    text: (d: { name: string }) => ({
      happened: `${d.name} is an ESP32 image (VESC Express): it does not run on a motor controller.`,
      state: UNTOUCHED,
      next: PICK_IMAGE,
    }),
  },
  'image-is-bms': {
    exitStatus: 4,
    text: (d: { name: string; length_B: number }) => ({
      happened: `${d.name} (${d.length_B} bytes) looks like firmware of a VESC BMS or another small module.`,
      state: UNTOUCHED,
      next: PICK_IMAGE,
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
    text: (d: { name: string; stackPointer: number; wanted?: keyof typeof PICK }) => ({
      happened: `${d.name} would start with its stack at ${hex(d.stackPointer)}, where there is no RAM.`,
      state: UNTOUCHED,
      next: PICK[d.wanted ?? 'image'],
    }),
  },
  'image-reset-vector': {
    exitStatus: 4,
    text: (d: { name: string; resetVector: number; area: string }) => ({
      happened: `${d.name} would start at ${hex(d.resetVector)}, which is no code address in ${d.area}.`,
      state: UNTOUCHED,
      next: PICK_IMAGE,
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
      next: PICK_BOOTLOADER,
    }),
  },
  'bootloader-foreign': {
    exitStatus: 4,
    text: (d: { name: string; kind: string }) => ({
      happened: `${d.name} is ${d.kind}, not a bootloader.`,
      state: UNTOUCHED,
      next: PICK_BOOTLOADER,
    }),
  },
  'bootloader-too-long': {
    exitStatus: 4,
    text: (d: { name: string; length_B: number; limit_B: number }) => ({
      happened: `${d.name} has ${d.length_B} bytes; a bootloader has ${d.limit_B} at the most.`,
      state: UNTOUCHED,
      next: PICK_BOOTLOADER,
    }),
  },
  'bootloader-is-app': {
    exitStatus: 4,
    text: (d: { name: string; resetVector: number }) => ({
      happened: `${d.name} is not linked for 0x080E0000, where the bootloader lies: it starts at ${hex(d.resetVector)}.`,
      state: UNTOUCHED,
      next: `${PICK_BOOTLOADER} Firmware is sent with the flash command.`,
    }),
  },
  'bootloader-elsewhere': {
    exitStatus: 4,
    text: (d: { name: string; address: number }) => ({
      happened:
        `The program in ${d.name} is no bootloader: it has something at ${hex(d.address)}. A bootloader begins at ` +
        `0x080E0000 and stays below 0x08100000.`,
      state: UNTOUCHED,
      next: `${PICK_BOOTLOADER} Firmware is sent with the flash command.`,
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
