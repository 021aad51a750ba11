import { ExitStatus, isVescError, VescError } from '../../base/errors';
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
    '',
    'Exit status: 0 every motor stands or runs down, 1 not every one is known to, 3 nothing',
    'answered. Then cut the power if a motor turns.',
  ],
  examples: ['vesc stop', 'vesc stop --allow-inputs'],
  async run(context, { options }) {
    const { core, interruption, report } = context;
    const { address } = await chooseTarget(core, { ...options, timeout: undefined });
    const allows = options['allow-inputs'];
    const lease = await core.pool.acquire(address, interruption.signal).catch((error: unknown) => {
      if (!allows) report.warn('No motor could be told to stop. Cut the power if one turns.');
      throw error;
    });
    try {
      if (allows) {
        await allowInputs(lease.session);
        report.result({ inputsAllowed: true }, ['Throttle inputs can move the motors again.']);
        return ExitStatus.ok;
      }
      const { outcomes, unknown } = await stopAll(context, lease.session, formatLinkAddress(address));
      return tell(context, outcomes, unknown);
    } finally {
      lease.dispose();
    }
  },
});

interface Stopped {
  readonly outcomes: readonly StopOutcome[];
  /** What is not known of the rest of the bus, in a sentence. */
  readonly unknown?: string;
}

/** First everything is told to stop, then it is found out who that was. */
async function stopAll(
  { core, report, interruption }: CommandContext,
  session: Session,
  name: string,
): Promise<Stopped> {
  const { clock } = core;
  const local: StopTarget = { name, canId: undefined };
  const [outcome] = await stopMotors(session, [local], clock);
  if (outcome!.state === 'unreached') return { outcomes: [outcome!] };
  report.progress({ stage: 'scan', fraction: 0, message: 'Looking for others on the CAN bus' });
  const { signal } = interruption;
  try {
    const canIds = await silenceIs(session.request(pingCan(), { ...PING, signal }), []);
    const nodes = canIds.map((canId): StopTarget => ({ name: 'node', canId }));
    return { outcomes: [outcome!, ...(nodes.length > 0 ? await stopMotors(session, nodes, clock) : [])] };
  } catch (error) {
    signal.throwIfAborted();
    if (!isVescError(error)) throw error;
    // The orders are out; what the link came to later does not take them back.
    if (outcome!.state === 'unseen') return { outcomes: [outcome!] };
    const unknown = `Who else is on the CAN bus, told to stop as well, could not be found out (${error.happened})`;
    return { outcomes: [outcome!], unknown };
  }
}

function tell(
  { report }: CommandContext,
  outcomes: readonly StopOutcome[],
  unknown: string | undefined,
): ExitStatus {
  const fields = { motors: outcomes.map(outcomeFields), ignored_ms: IGNORE_MS, inputsAllowed: false };
  const failed = outcomes.filter(({ state }) => state !== 'stopped' && state !== 'coasting').map(outcomeText);
  const motors = [...failed, ...(unknown === undefined ? [] : [unknown])];
  if (motors.length === 0) {
    const text = [
      ...outcomes.map(outcomeText),
      'Throttle inputs are off until vesc stop --allow-inputs or a restart.',
    ];
    report.result(fields, text);
    return ExitStatus.ok;
  }
  const error = new VescError('motor-not-stopped', { motors });
  report.failure(error, fields);
  const nobodyAnswered = outcomes.every(({ state }) => state === 'unseen' || state === 'unreached');
  return nobodyAnswered ? ExitStatus.unreachable : error.exitStatus;
}

function outcomeFields({ canId, state, erpm }: StopOutcome): Record<string, unknown> {
  return { canId: canId ?? null, state, erpm: erpm === undefined ? null : Math.round(erpm) };
}
