import { defineErrors } from './define';

/** The update procedure: preflight refusals and the ways an update can end other than well. */
export const updateErrors = defineErrors({
  cancelled: {
    exitStatus: 5,
    text: (d: { work: string }) => ({
      happened: `${d.work} was cancelled.`,
      state: 'The controller keeps what it had.',
      next: 'Start it again when you are ready.',
    }),
  },
});
