import { defineErrors } from './define';

/** Reading, keeping and writing back what a user has on a controller. */
export const settingsErrors = defineErrors({
  'snapshot-failed': {
    exitStatus: 4,
    text: (d: { reason: string }) => ({
      happened: `The settings of the controller could not be read, and an update erases them: ${d.reason}`,
      state: 'The controller is untouched.',
      next: 'Try again; or override this if the settings do not matter.',
    }),
  },
  'data-unwritable': {
    exitStatus: 4,
    text: (d: { reason: string }) => ({
      happened: `What must be kept before an update cannot be written to this computer's disk: ${d.reason}.`,
      state: 'The firmware of the controller is intact.',
      next: 'Make room or let this user write there, or set VESC_DATA_DIR to a folder that can be written.',
    }),
  },
  'snapshot-unreadable': {
    exitStatus: 2,
    text: (d: { path: string; reason: string }) => ({
      happened: `${d.path} is not a settings snapshot that this version can read: ${d.reason}.`,
      state: 'The controller is untouched.',
      next: 'Choose another snapshot.',
    }),
  },
  'settings-owed': {
    exitStatus: 1,
    text: (d: { since: string; reason: string; snapshotPath: string }) => ({
      happened: `What an update on ${d.since.slice(0, 16).replace('T', ' ')} UTC took from this controller was not given back: ${d.reason}`,
      state: 'Its firmware runs; settings, LispBM or QML code may be missing.',
      next: `When that is mended, restore ${d.snapshotPath}, or flash again.`,
    }),
  },
  'settings-other-layout': {
    exitStatus: 1,
    text: (d: { since: string; snapshotPath: string; what: string }) => ({
      happened: `What an update on ${d.since.slice(0, 16).replace('T', ' ')} UTC took from this controller was not all given back: its firmware has another layout now (${d.what}).`,
      state: `Its firmware runs with the settings it found; those from before are in ${d.snapshotPath}.`,
      next: `Carry over what both firmwares know: restore ${d.snapshotPath}, with --migrate at the command line.`,
    }),
  },
  'code-storage-failed': {
    exitStatus: 1,
    text: (d: { what: string; step: string; offset: number }) => ({
      happened: `${d.what}: ${d.step} failed at offset ${d.offset}.`,
      state:
        'The firmware is intact; what is stored may not be whole. A snapshot keeps what was read before.',
      next: 'Upload or restore it again.',
    }),
  },
});
