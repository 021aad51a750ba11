import { defineErrors } from './define';

/** What was asked cannot be understood. */
export const usageErrors = defineErrors({
  usage: {
    exitStatus: 2,
    text: (d: { problem: string }) => ({ happened: d.problem, state: '', next: 'See vesc --help.' }),
  },
  internal: {
    exitStatus: 1,
    text: (d: { reason: string }) => ({
      happened: `Something went wrong inside: ${d.reason}.`,
      state: 'What the controller holds was not changed by this.',
      next: 'Please report it with the log.',
    }),
  },
});
