import type { ErrorCode } from '../base/errors';

/** The refusals a user may override, knowing better; the hardware only by typing its name. */
export const OVERRIDABLE: readonly ErrorCode[] = [
  'wrong-hardware',
  'hardware-unknown',
  'voltage-low',
  'needs-5.03-first',
  'snapshot-failed',
];
