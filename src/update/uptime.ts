import type { Clock } from '../base/clock';
import { sleep } from '../base/clock';
import type { Endpoint } from '../links/endpoint';
import { silenceIs } from '../links/silence';
import { getValuesSetupSelective } from '../protocol/messages/telemetry';

/** How long a controller had been up at a moment of our clock: between `asked_ms` and `at_ms`. */
export interface Uptime {
  readonly asked_ms: number;
  /** When the answer was here. */
  readonly at_ms: number;
  readonly uptime_ms: number;
}

/** The moment the bootloader was started, and how long the controller had been up then. */
export interface Jump {
  readonly at_ms: number;
  readonly uptime_ms: number | undefined;
}

/** Slack for the time a request takes, when two uptimes are compared. */
const SLACK_MS = 1000;
/** Two readings closer together do not tell how fast a clock runs. */
const RATE_MIN_MS = 200;
/** Clocks of real controllers agree with ours much better; what differs more is simulated, and fast. */
const RATE_TOLERANCE = 0.1;
/** How far a rate may be off that was read off two answers. */
const RATE_ERROR = 0.02;

/** How long a controller has been up since its last reset; undefined where its firmware does not tell. */
export async function readUptime(endpoint: Endpoint, clock: Clock): Promise<Uptime | undefined> {
  const asked_ms = clock.now();
  const values = await silenceIs(
    endpoint.request(getValuesSetupSelective(['uptime_ms']), { attempts: 2 }),
    undefined,
  );
  return values && { asked_ms, at_ms: clock.now(), uptime_ms: values.uptime_ms };
}

/** When a controller started, in ms since 1970; undefined where its firmware does not tell. */
export async function readBootTime(endpoint: Endpoint, clock: Clock): Promise<number | undefined> {
  const up = await readUptime(endpoint, clock);
  return up && clock.date().getTime() - up.uptime_ms;
}

/**
 * How many times as fast as ours a controller's clock runs, from two of its uptimes: 1, but for simulated controllers
 * that live faster. Answers are late by who knows how much: as long as that may explain the difference, it is 1.
 */
export function clockRate(first: Uptime, second: Uptime | undefined): number {
  const passed_ms = second ? second.at_ms - first.at_ms : 0;
  if (!second || passed_ms < RATE_MIN_MS || second.uptime_ms < first.uptime_ms) return 1;
  const grown_ms = second.uptime_ms - first.uptime_ms;
  const least_ms = (second.asked_ms - first.at_ms) * (1 - RATE_TOLERANCE);
  const most_ms = (second.at_ms - first.asked_ms) * (1 + RATE_TOLERANCE);
  return grown_ms > least_ms && grown_ms < most_ms ? 1 : grown_ms / passed_ms;
}

/**
 * Milliseconds from the jump to the last reset. Undefined when nothing tells, among others because the controller's
 * clock does not run like ours: a simulated one that lives faster is late whenever its computer is.
 * @param later a second reading, some time after `back`
 */
export function absenceOf(
  jump: Jump,
  back: Uptime | undefined,
  later: Uptime | undefined,
): number | undefined {
  if (!back || clockRate(back, later) !== 1) return undefined;
  const absence_ms = back.at_ms - jump.at_ms - back.uptime_ms;
  return absence_ms < -SLACK_MS ? undefined : Math.max(0, absence_ms);
}

/**
 * True when the uptime went on counting as if there had been no restart. Where the link broke, as it does at a
 * restart, the two have to agree closely. An uptime that did not go down is looked at once more, for a clock that runs
 * faster than ours can get there soon after a restart.
 */
export async function ranOn(
  jump: Jump,
  back: Uptime | undefined,
  stayedOpen: boolean,
  readAgain: () => Promise<Uptime | undefined>,
): Promise<boolean> {
  if (back === undefined || jump.uptime_ms === undefined || back.uptime_ms < jump.uptime_ms) return false;
  const later = await readAgain();
  const passed_ms = (back.at_ms - jump.at_ms) * clockRate(back, later);
  const ahead_ms = back.uptime_ms - (jump.uptime_ms + passed_ms);
  const slack_ms = SLACK_MS + passed_ms * RATE_ERROR;
  return ahead_ms >= -slack_ms && (stayedOpen || ahead_ms <= slack_ms);
}

/** Reads the uptime once more, as late as {@link clockRate} needs it. */
export async function readUptimeLater(
  endpoint: Endpoint,
  clock: Clock,
  first: Uptime | undefined,
): Promise<Uptime | undefined> {
  if (first === undefined) return undefined;
  await sleep(clock, Math.max(0, first.at_ms + RATE_MIN_MS - clock.now()));
  return readUptime(endpoint, clock);
}
