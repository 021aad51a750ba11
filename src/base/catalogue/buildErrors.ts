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
});
