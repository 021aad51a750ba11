import type { ErrorCode, ErrorText, VescError } from '../base/errors';

const BOOTLOADER_FILE =
  'vesc bootloader FILE does that; FILE is the prebuilt one for the hardware, or generic.bin, of the bootloader tree ' +
  '(github.com/vedderb/bldc-bootloader, build_all) or of VESC Tool (res/bootloaders).';
const BOARDS = 'vesc build --list shows all of them.';

/** What to do next where the catalogue's words mean the editor, which has commands and buttons for it. */
export const INSTEAD: Readonly<Partial<Record<ErrorCode, string>>> = {
  'no-firmware-tree':
    'Go (cd) to a bldc checkout, the folder with Makefile, make/fw.mk and hwconf/, or name it with --workspace. ' +
    'An image that is built already needs none: vesc flash FILE.',
  'no-board': `Name it with --board; ${BOARDS}`,
};

/** The commands that take the catalogue's next step. */
export const ALSO: Readonly<Partial<Record<ErrorCode, string>>> = {
  'port-not-found': 'vesc ports lists them.',
  'can-node-silent': 'vesc scan does that.',
  'unknown-board': BOARDS,
  'image-is-bootloader': 'That is vesc bootloader FILE.',
  'bootloader-missing': BOOTLOADER_FILE,
  'bootloader-silent': BOOTLOADER_FILE,
  'bootloader-erase-refused': BOOTLOADER_FILE,
  'bootloader-half-written': BOOTLOADER_FILE,
  'not-taken': BOOTLOADER_FILE,
  'firmware-too-old': 'vesc recover IMAGE does that.',
  lost: 'vesc recover IMAGE --bootloader FILE does both, by a debug adapter or another VESC.',
};

/** An error in the words of the command line: its next step names commands that can be typed. */
export function commandLineText({ code, happened, state, next }: VescError): ErrorText & { message: string } {
  const also = ALSO[code];
  const step = INSTEAD[code] ?? (also === undefined ? next : `${next} ${also}`);
  const message = [happened, state, step].filter((part) => part !== '').join(' ');
  return { happened, state, next: step, message };
}
