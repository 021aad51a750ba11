import { defineErrors } from './define';

/** The firmware workspace and its toolchain. */
export const buildErrors = defineErrors({
  'no-firmware-tree': {
    exitStatus: 2,
    text: (d: { folder: string }) => ({
      happened: `No VESC firmware tree was found in ${d.folder}.`,
      state: '',
      next: 'Open the folder of a bldc checkout: the one with Makefile, make/fw.mk and hwconf/.',
    }),
  },
  'tree-too-old': {
    exitStatus: 2,
    text: (d: { folder: string; version?: { major: number; minor: number } }) => ({
      happened:
        `${d.folder} is a firmware tree from before 6.00` +
        `${d.version ? ` (${d.version.major}.${String(d.version.minor).padStart(2, '0')})` : ''}: ` +
        'one Makefile that builds the one board chosen in conf_general.h.',
      state: 'Nothing was built.',
      next: 'Build it with plain make and flash build/BLDC_4_ChibiOS.bin as a file, or check out 6.00 or later.',
    }),
  },
  'tree-path-unusable': {
    exitStatus: 2,
    text: (d: { path: string; character: string }) => ({
      happened: `make cannot work with ${d.path}: ${d.character === ' ' ? 'a space' : d.character} in a path ends a word there.`,
      state: 'Nothing was built.',
      next: 'Move the folder to a path of letters, digits, dots, dashes and underscores.',
    }),
  },
  'make-argument': {
    exitStatus: 2,
    text: (d: { argument: string }) => ({
      happened: `"${d.argument}" cannot be passed to make.`,
      state: 'Nothing was built.',
      next: 'Arguments have the form NAME=value, as USE_LISPBM=0; the folders and the compiler are set for you.',
    }),
  },
  'custom-board-unsupported': {
    exitStatus: 2,
    text: (d: { board: string; folder: string }) => ({
      happened: `${d.board} lies outside of ${d.folder}, and this tree cannot build boards from elsewhere.`,
      state: 'Nothing was built.',
      next: 'Use firmware 6.06 or later, or put the board under hwconf.',
    }),
  },
  'unknown-board': {
    exitStatus: 2,
    text: (d: { board: string; similar: readonly string[]; boards: number }) => ({
      happened: `There is no board ${d.board} among the ${d.boards} of this tree.`,
      state: 'Nothing was built.',
      next:
        d.similar.length > 0
          ? `Similar names: ${d.similar.join(', ')}.`
          : 'A board is a file hw_<board>.h under hwconf; pick one from the list.',
    }),
  },
  'no-board': {
    exitStatus: 2,
    text: (d: { folder: string }) => ({
      happened: `No board is chosen for ${d.folder}.`,
      state: 'Nothing was built.',
      next: 'Choose one with "VESC: Select board", the setting vesc.board or --board.',
    }),
  },
  'no-compiler': {
    exitStatus: 1,
    text: (d: { looked: readonly string[]; advice: string }) => ({
      happened: `The ARM compiler arm-none-eabi-gcc was not found (looked in ${d.looked.join(', ')}).`,
      state: 'Nothing was built.',
      next: d.advice,
    }),
  },
  'compiler-setting': {
    exitStatus: 2,
    text: (d: { setting: string; reason: string }) => ({
      happened: `The compiler that is set, ${d.setting}, cannot be used: ${d.reason}.`,
      state: 'Nothing was built.',
      next: 'Set it to the folder that holds arm-none-eabi-gcc, or clear it to search for one.',
    }),
  },
  'no-make': {
    exitStatus: 1,
    text: (d: { advice: string }) => ({
      happened: 'The program make was not found.',
      state: 'Nothing was built.',
      next: d.advice,
    }),
  },
  'no-gtest': {
    exitStatus: 1,
    text: (d: { looked: readonly string[]; advice: string }) => ({
      happened: `Google Test, which the unit tests need, was not found (looked in ${d.looked.join(', ')}).`,
      state: 'No test was run.',
      next: d.advice,
    }),
  },
  'build-failed': {
    exitStatus: 1,
    text: (d: { board: string; errors: number; first?: string }) => ({
      happened:
        `Building ${d.board} failed` +
        (d.errors > 0 ? ` with ${d.errors} error${d.errors === 1 ? '' : 's'}` : '') +
        (d.first === undefined ? '.' : `: ${d.first}`),
      state: 'No image was made; the controller keeps what it has.',
      next: d.errors > 0 ? 'Fix the errors that are listed and build again.' : 'Read the output of make.',
    }),
  },
  'flash-overflow': {
    exitStatus: 1,
    text: (d: { board: string; region: string; over_B: number }) => ({
      happened: `The firmware for ${d.board} is ${d.over_B} bytes too large for ${d.region}.`,
      state: 'No image was made; the controller keeps what it has.',
      next: 'Remove code, or leave out LispBM by adding USE_LISPBM=0 to the make arguments.',
    }),
  },
  'build-busy': {
    exitStatus: 1,
    text: (d: { board: string; process: number }) => ({
      happened: `Process ${d.process} is building ${d.board} in the same folder.`,
      state: 'Its build goes on undisturbed.',
      next: 'Wait for it to end, then build again.',
    }),
  },
  'build-cancelled': {
    exitStatus: 5,
    text: (d: { board: string }) => ({
      happened: `Building ${d.board} was cancelled.`,
      state: 'The controller keeps what it has.',
      next: 'Build again: what was compiled is kept.',
    }),
  },
  'image-malformed': {
    exitStatus: 1,
    text: (d: { path: string; reason: string }) => ({
      happened: `The build ended well, but ${d.path} is no firmware image: ${d.reason}.`,
      state: 'The controller keeps what it has.',
      next: 'Check the linker script and the objcopy step of this tree against the original.',
    }),
  },
  'kept-build-unusable': {
    exitStatus: 2,
    text: (d: { buildId: string; path: string; reason: string }) => ({
      happened: `The kept build ${d.buildId.slice(0, 12)} cannot be used: ${d.path}: ${d.reason}.`,
      state: 'Nothing was sent; the controller keeps what it has.',
      next: 'Check out its commit and build it again, or choose another build.',
    }),
  },
});
