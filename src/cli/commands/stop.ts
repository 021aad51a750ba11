import { ExitStatus, VescError } from '../../base/errors';
import {
  allowInputs,
  IGNORE_MS,
  outcomeText,
  type StopOutcome,
  stopMotors,
  type StopTarget,
} from '../../controllers/motorStop';
import { formatLinkAddress } from '../../links/linkAddress';
import type { Session } from '../../links/session';
import { silenceIs } from '../../links/silence';
import { pingCan } from '../../protocol/messages/can';
import { type CommandContext, defineCommand } from '../command';
import { chooseTarget, LINK_OPTIONS } from '../target';

/** 255 pings of 10 ms, and up to 4.2 s on a dead bus (facts 14). */
const PING = { timeout_ms: 6000 } as const;

export const stopCommand = defineCommand({
  name: 'stop',
  summary: 'stop every motor behind a link, now',
  options: {
    port: LINK_OPTIONS.port,
    baud: LINK_OPTIONS.baud,
    'allow-inputs': { type: 'boolean', help: 'let throttle inputs move the motors again, and stop nothing' },
  },
  details: [
    'No current, emergency stop (firmware 6.06 or newer), throttle inputs off: for the',
    'controller at the link, for its second motor and for everything on its CAN bus.',
    'Nothing is asked before. Then the bus is scanned and each motor looked at.',
    'Throttle inputs stay off until --allow-inputs, or until the controller restarts.',
  ],
  examples: ['vesc stop', 'vesc stop --allow-inputs'],
  async run(context, { options }) {
    const { core, interruption, report } = context;
    const { address } = await chooseTarget(core, { ...options, timeout: undefined });
    const lease = await core.pool.acquire(address, interruption.signal);
    try {
      if (options['allow-inputs']) {
        await allowInputs(lease.session);
        report.result({ inputsAllowed: true }, ['Throttle inputs can move the motors again.']);
        return ExitStatus.ok;
      }
      const outcomes = await stopAll(context, lease.session, formatLinkAddress(address));
      const failed = outcomes.filter(({ state }) => state !== 'stopped' && state !== 'coasting');
      if (failed.length > 0) throw new VescError('motor-not-stopped', { motors: failed.map(outcomeText) });
      report.result({ motors: outcomes.map(outcomeFields), ignored_ms: IGNORE_MS, inputsAllowed: false }, [
        ...outcomes.map(outcomeText),
        'Throttle inputs are off until vesc stop --allow-inputs or a restart.',
      ]);
      return ExitStatus.ok;
    } finally {
      lease.dispose();
    }
  },
});

/** First everything is told to stop, then it is found out who that was. */
async function stopAll(
  { core, report, interruption }: CommandContext,
  session: Session,
  name: string,
): Promise<StopOutcome[]> {
  const { clock } = core;
  const local: StopTarget = { name, canId: undefined };
  const [outcome] = await stopMotors(session, [local], clock);
  if (outcome!.state === 'unreached') return [outcome!];
  report.progress({ stage: 'scan', fraction: 0, message: 'Looking for others on the CAN bus' });
  const { signal } = interruption;
  const canIds = await silenceIs(session.request(pingCan(), { ...PING, signal }), []);
  const nodes = canIds.map((canId): StopTarget => ({ name: 'node', canId }));
  return [outcome!, ...(nodes.length > 0 ? await stopMotors(session, nodes, clock) : [])];
}

function outcomeFields({ canId, state, erpm }: StopOutcome): Record<string, unknown> {
  return { canId: canId ?? null, state, erpm: erpm === undefined ? null : Math.round(erpm) };
}
