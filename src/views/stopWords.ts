import { IGNORE_MS, outcomeText, type StopOutcome, type StopState } from '../controllers/motorStop';
import type { Notice } from './notices';
import { plain } from './text';

/** The worse the state, the later in this list. */
const ORDER: readonly StopState[] = ['stopped', 'coasting', 'unseen', 'unreached', 'driven'];
const SEVERITY: Readonly<Record<StopState, Notice['severity']>> = {
  stopped: 'information',
  coasting: 'warning',
  unseen: 'warning',
  unreached: 'error',
  driven: 'error',
};

/** What the user reads after stopping. */
export function stopNotice(outcomes: readonly StopOutcome[]): Notice {
  const worst = outcomes.reduce<StopState>(
    (so, { state }) => (ORDER.indexOf(state) > ORDER.indexOf(so) ? state : so),
    'stopped',
  );
  const told = outcomes.some(({ state }) => state !== 'unreached');
  const after = told
    ? ` Throttle inputs stay off until you allow them or the controller restarts; other commands are ignored for ` +
      `${IGNORE_MS / 1000} s (firmware 6.06 and newer). A script on the controller can drive again after that.`
    : '';
  return {
    severity: SEVERITY[worst],
    text: outcomes.map((outcome) => plain(outcomeText(outcome), 400)).join(' ') + after,
    actions: told ? ['allow-inputs'] : [],
  };
}
