import { defineErrors } from './define';

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
});
