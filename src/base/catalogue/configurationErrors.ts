import { defineErrors } from './define';

const UNTOUCHED = 'The settings on the controller are as they were.';

/** Reading, showing and changing single settings of a controller. */
export const configurationErrors = defineErrors({
  'layout-unknown': {
    exitStatus: 2,
    text: (d: { what: string; signature: number }) => ({
      happened: `What stands in the ${d.what} is not known: its layout (signature ${d.signature}) is of no release this version knows.`,
      state: UNTOUCHED,
      next: 'Open the firmware tree it was built from (--workspace): its confgenerator.c tells, also from the git history.',
    }),
  },
  'settings-damaged': {
    exitStatus: 1,
    text: (d: { what: string }) => ({
      happened: `The ${d.what} that was read is not as long as its layout says.`,
      state: UNTOUCHED,
      next: 'Read it again.',
    }),
  },
  'unknown-setting': {
    exitStatus: 2,
    text: (d: { name: string; similar: readonly string[] }) => ({
      happened: `This firmware has no setting ${d.name}.`,
      state: UNTOUCHED,
      next:
        d.similar.length === 0
          ? 'vesc config show lists them all.'
          : `There are ${d.similar.join(', ')}. vesc config show lists them all.`,
    }),
  },
  'settings-invalid': {
    exitStatus: 2,
    text: (d: { problems: readonly string[] }) => ({
      happened: `Nothing was written, because of ${d.problems.length === 1 ? 'one value' : `${d.problems.length} values`}: ${d.problems.slice(0, 5).join('; ')}.`,
      state: UNTOUCHED,
      next: 'Correct it, and write again.',
    }),
  },
  'settings-not-taken': {
    exitStatus: 1,
    text: (d: { what: string }) => ({
      happened: `The controller did not take the ${d.what}: what was read back is what was there before.`,
      state: UNTOUCHED,
      next: 'Firmware that was built with read-only settings takes none; else try again.',
    }),
  },
  'settings-read-only': {
    exitStatus: 2,
    text: (d: { what: string }) => ({
      happened: `${d.what} cannot be changed.`,
      state: '',
      next: 'Open the settings of the controller itself to change them.',
    }),
  },
  'controller-busy': {
    exitStatus: 3,
    text: (d: { what: string }) => ({
      happened: `${d.what} is being worked on, so nothing was written.`,
      state: UNTOUCHED,
      next: 'Write again when that is over.',
    }),
  },
  'settings-file-unreadable': {
    exitStatus: 2,
    text: (d: { path: string; reason: string }) => ({
      happened: `${d.path} holds no settings that can be read: ${d.reason}.`,
      state: UNTOUCHED,
      next: 'Name an XML file of VESC Tool, a snapshot, or a file that vesc config export wrote.',
    }),
  },
});
