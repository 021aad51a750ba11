import { type Clock, sleep } from '../base/clock';
import { isVescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import type { Session } from '../links/session';
import { BROADCAST_ID, forwardCan } from '../protocol/messages/can';
import { appDisableOutput, motorEstop, setCurrent } from '../protocol/messages/motor';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { isTurning } from '../update/standstill';

/** How long every input is ignored: time to let go of whatever drove the motor. It cannot be shortened again. */
export const IGNORE_MS = 10_000;
/** Throttle inputs stay off until they are allowed again, or the controller restarts. */
const FOR_GOOD_MS = -1;
/** A frame may be lost, so everything is said more than once. */
const TIMES = 3;
const AGAIN_MS = 30;
const READ = { timeout_ms: 300, attempts: 2 } as const;
const POLL_MS = 100;
/** So long a motor is watched as it runs down. */
const WATCH_MS = 3000;
/** A motor that lost less of its speed in that time than this is driven by something. */
const SLOWER = 0.9;

/** A motor that is to stop, and what people call it. */
export interface StopTarget {
  readonly name: string;
  /** Undefined for the controller at the link. */
  readonly canId: number | undefined;
}

/**
 * `stopped`: seen at rest. `coasting`: released, and running down. `driven`: turns on, whatever was said. `unseen`:
 * told to stop, but it could not be read back. `unreached`: it could not even be told.
 */
export type StopState = 'stopped' | 'coasting' | 'driven' | 'unseen' | 'unreached';

export interface StopOutcome extends StopTarget {
  readonly state: StopState;
  /** As last read. */
  readonly erpm?: number;
  /** Why it was not read back, or not told. */
  readonly reason?: string;
}

/**
 * Stops every motor behind a link in the strongest way its firmware knows, in this order: no current, the emergency
 * stop (6.06 or newer; older firmware does not know it and says nothing), throttle inputs off. Nodes are told one by
 * one, and all that nobody listed by a broadcast; a second motor that was not listed has the id behind its
 * controller's (facts 2.4, 2.5). Then each one listed is watched until it is at rest.
 *
 * It works while the link is claimed, too; the motors cannot be read back then.
 */
export async function stopMotors(
  session: Session,
  targets: readonly StopTarget[],
  clock: Clock,
): Promise<StopOutcome[]> {
  const untold = new Map<StopTarget, string>();
  for (let time = 0; time < TIMES; time++) {
    if (time > 0) await sleep(clock, AGAIN_MS);
    for (const target of targets) {
      const reason = await tell(session, target.canId);
      if (reason !== undefined && time === 0) untold.set(target, reason);
      else if (reason === undefined) untold.delete(target);
    }
    await tellTheRest(session);
  }
  const outcomes = await Promise.all(
    targets.map(async (target): Promise<StopOutcome> => {
      const reason = untold.get(target);
      if (reason !== undefined) return { ...target, state: 'unreached', reason };
      return { ...target, ...(await watch(session, target, clock)) };
    }),
  );
  return outcomes;
}

/** Lets throttle inputs move the motors again. */
export async function allowInputs(session: Session): Promise<void> {
  await session.sendAnyway(appDisableOutput({ forwardCan: true, duration_ms: 0 }));
}

/** What came of one motor, in a sentence. */
export function outcomeText({ name, canId, state, erpm = 0, reason = '' }: StopOutcome): string {
  const who = canId === undefined ? name : `${name} (CAN ${canId})`;
  const speed = `${Math.round(Math.abs(erpm))} ERPM`;
  switch (state) {
    case 'stopped':
      return `${who}: the motor stands still.`;
    case 'coasting':
      return `${who}: released, still running down at ${speed}.`;
    case 'driven':
      return `${who}: STILL TURNING at ${speed}: something else drives it. Cut its power.`;
    case 'unseen':
      return `${who}: told to stop, but whether it did could not be read (${reason})`;
    case 'unreached':
      return `${who}: COULD NOT BE STOPPED (${reason}) Cut its power if it turns.`;
  }
}

/** What is said to each controller. */
function orders(): Uint8Array[] {
  return [
    setCurrent(0),
    motorEstop(IGNORE_MS),
    appDisableOutput({ forwardCan: false, duration_ms: FOR_GOOD_MS }),
  ];
}

/** Says everything to one controller; why that failed, if it did. */
async function tell(session: Session, canId: number | undefined): Promise<string | undefined> {
  try {
    for (const order of orders()) await session.sendAnyway(order, canId);
    return undefined;
  } catch (error) {
    if (!isVescError(error)) throw error;
    // What else it says of a link that fails is not true of one that orders were sent through.
    return error.happened;
  }
}

/** Says it to all nodes that nobody listed. That it fails is told of those that were listed. */
async function tellTheRest(session: Session): Promise<void> {
  try {
    for (const order of orders()) await session.sendAnyway(forwardCan(BROADCAST_ID, order));
  } catch (error) {
    if (!isVescError(error)) throw error;
  }
}

/** Follows one motor until it is at rest, or long enough. */
async function watch(
  session: Session,
  { canId }: StopTarget,
  clock: Clock,
): Promise<Pick<StopOutcome, 'state' | 'erpm' | 'reason'>> {
  const endpoint: Endpoint = canId === undefined ? session : session.node(canId);
  const deadline_ms = clock.now() + WATCH_MS;
  let first: number | undefined;
  let toldSecond = false;
  try {
    for (;;) {
      const { erpm, controllerId } = await endpoint.request(
        getValuesSelective(['erpm', 'controllerId']),
        READ,
      );
      // A dual board before 6.06 has no emergency stop for both: its second motor has the next id.
      if (!toldSecond && controllerId < BROADCAST_ID - 1) await tell(session, controllerId + 1);
      toldSecond = true;
      first ??= Math.abs(erpm);
      if (!isTurning({ erpm, duty: 0 })) return { state: 'stopped', erpm };
      if (clock.now() >= deadline_ms) {
        return { state: Math.abs(erpm) < first * SLOWER ? 'coasting' : 'driven', erpm };
      }
      await sleep(clock, POLL_MS);
    }
  } catch (error) {
    if (!isVescError(error)) throw error;
    return { state: 'unseen', reason: error.happened };
  }
}
