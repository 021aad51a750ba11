import { IGNORE_MS, type StopOutcome, type StopState } from '../controllers/motorStop';
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

/** What came of one motor. */
export function outcomeWords({ name, canId, state, erpm = 0, reason = '' }: StopOutcome): string {
  const who = canId === undefined ? plain(name) : `${plain(name)} (CAN ${canId})`;
  const speed = `${Math.round(Math.abs(erpm))} ERPM`;
  switch (state) {
    case 'stopped':
      return `${who}: the motor stands still.`;
    case 'coasting':
      return `${who}: released, still running down at ${speed}.`;
    case 'driven':
      return `${who}: STILL TURNING at ${speed}: something else drives it. Cut its power.`;
    case 'unseen':
      return `${who}: told to stop, but whether it did could not be read (${plain(reason, 200)})`;
    case 'unreached':
      return `${who}: COULD NOT BE STOPPED (${plain(reason, 200)}) Cut its power if it turns.`;
  }
}

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
    text: outcomes.map(outcomeWords).join(' ') + after,
    actions: told ? ['allow-inputs'] : [],
  };
}
