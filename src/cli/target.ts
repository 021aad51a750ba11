import { sleep } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { type ErrorCode, isVescError, VescError } from '../base/errors';
import type { Core } from '../controllers/core';
import { portAddress } from '../controllers/core';
import type { Endpoint } from '../links/endpoint';
import type { LinkAddress } from '../links/link';
import { DEFAULT_BAUD_RATE, formatLinkAddress, parseLinkAddress } from '../links/linkAddress';
import type { Session } from '../links/session';
import type { SessionLease } from '../links/sessionPool';
import { silenceIs } from '../links/silence';
import { type FirmwareVersion, fwVersion } from '../protocol/messages/identity';
import { getValuesSelective } from '../protocol/messages/telemetry';
import type { CommandContext } from './command';
import { type OptionTable, readNumber } from './options';

/** How a controller is named on the command line. */
export const TARGET_OPTIONS = {
  port: {
    type: 'string',
    short: 'p',
    value: 'PORT',
    help: 'where the controller is: /dev/ttyACM0, COM5, tcp://host:port, sim:\n(default: the only one plugged in)',
  },
  baud: {
    type: 'string',
    value: 'RATE',
    help: `baud rate of a UART, 300 to 4000000 (default ${DEFAULT_BAUD_RATE})`,
  },
  can: {
    type: 'string',
    value: 'ID',
    help: 'the controller with this id (0 to 253) on the CAN bus behind it',
  },
  timeout: {
    type: 'string',
    value: 'SECONDS',
    help: 'wait so long, 0.1 to 600, for the controller to appear and answer\n(default 3 for an answer; a port that is not there fails at once)',
  },
} as const satisfies OptionTable;

/** The same for commands that concern the whole bus. */
export const LINK_OPTIONS = {
  port: TARGET_OPTIONS.port,
  baud: TARGET_OPTIONS.baud,
  timeout: TARGET_OPTIONS.timeout,
} as const satisfies OptionTable;

export interface TargetValues {
  readonly port: string | undefined;
  readonly baud: string | undefined;
  readonly can?: string | undefined;
  readonly timeout: string | undefined;
}

/** Where the controller is that a command is about. */
export interface Target {
  readonly address: LinkAddress;
  readonly canId?: number;
}

/** A controller that has answered. */
export interface Connection extends Disposable, Target {
  readonly session: Session;
  readonly endpoint: Endpoint;
  readonly version: FirmwareVersion;
}

const MAX_CAN_ID = 253;
const MAX_TIMEOUT_S = 600;
const ANSWER_MS = 1000;
const ATTEMPTS = 3;
const RETRY_MS = 250;
/** Long enough for every bootloader to have copied, and for a watchdog to have ended one that hangs. */
const COPYING_MS = 150_000;
/** What a controller that is starting looks like from outside. */
const NOT_YET: readonly ErrorCode[] = [
  'port-not-found',
  'port-busy',
  'link-failed',
  'link-closed',
  'no-answer',
  'can-node-silent',
  'tcp-refused',
  'tcp-timeout',
  'no-controller',
];

/**
 * Where `values` says the controller is; without a port, the only likely one that is plugged in.
 * @throws VescError `usage`, `bad-address`, `no-controller`, `several-controllers`
 */
export async function chooseTarget(core: Core, values: TargetValues): Promise<Target> {
  const canId =
    values.can === undefined
      ? undefined
      : readNumber('--can', values.can, { min: 0, max: MAX_CAN_ID, integer: true });
  return { address: await chooseAddress(core, values), ...(canId === undefined ? {} : { canId }) };
}

async function chooseAddress(core: Core, { port, baud }: TargetValues): Promise<LinkAddress> {
  const baudRate =
    baud === undefined
      ? DEFAULT_BAUD_RATE
      : readNumber('--baud', baud, { min: 300, max: 4_000_000, integer: true });
  if (port !== undefined) return parseLinkAddress(port, baudRate);
  const ports = await core.listPorts();
  const likely = ports.filter((candidate) => candidate.likelyVesc);
  const [only] = likely;
  if (likely.length > 1) {
    throw new VescError('several-controllers', { ports: likely.map((candidate) => candidate.path) });
  }
  if (!only) throw new VescError('no-controller', { others: ports.map((candidate) => candidate.path) });
  const address = portAddress(only);
  return address.kind === 'serial' ? { ...address, baudRate } : address;
}

/**
 * Opens the link and finds out who answers. With `--timeout`, a controller that is not there yet is waited for.
 * @throws VescError of the link
 */
export async function connect(context: CommandContext, values: TargetValues): Promise<Connection> {
  const { core, interruption } = context;
  const { signal } = interruption;
  const patience_ms =
    values.timeout === undefined
      ? undefined
      : readNumber('--timeout', values.timeout, { min: 0.1, max: MAX_TIMEOUT_S }) * 1000;
  const deadline_ms = core.clock.now() + (patience_ms ?? 0);
  for (;;) {
    try {
      return await connectOnce(core, await chooseTarget(core, values), signal, patience_ms);
    } catch (error) {
      signal.throwIfAborted();
      const worthWaiting = isVescError(error) && NOT_YET.includes(error.code);
      if (!worthWaiting) throw error;
      if (core.clock.now() + RETRY_MS >= deadline_ms) throw await whyAway(core, values, error);
      await sleep(core.clock, RETRY_MS, signal);
    }
  }
}

/** While a bootloader copies nobody answers, and a cable must not be pulled to find out why. */
async function whyAway(core: Core, { port }: TargetValues, error: VescError): Promise<VescError> {
  const wanted =
    port === undefined ? undefined : formatLinkAddress(parseLinkAddress(port, DEFAULT_BAUD_RATE));
  const now_ms = core.clock.date().getTime();
  const update = (await core.journal.pending()).find(
    ({ state, since, address }) =>
      state === 'committed' &&
      now_ms - Date.parse(since) < COPYING_MS &&
      (wanted === undefined || address === wanted),
  );
  if (!update) return error;
  const { address, since } = update;
  return new VescError('bootloader-at-work', { address, since }, { cause: error });
}

async function connectOnce(
  core: Core,
  { address, canId }: Target,
  signal: AbortSignal,
  patience_ms: number | undefined,
): Promise<Connection> {
  const lease = await core.pool.acquire(address, signal);
  try {
    const asking = {
      timeout_ms: Math.min(ANSWER_MS, patience_ms ?? ANSWER_MS),
      attempts: patience_ms === undefined ? ATTEMPTS : 1,
      signal,
    };
    const local = await lease.session.request(fwVersion(), asking).catch((error: unknown) => {
      throw hungUpOn(address, error);
    });
    if (canId === undefined || (await isOwnId(lease.session, local, canId, signal))) {
      return connection(lease, address, undefined, local);
    }
    const version = await lease.session.node(canId).request(fwVersion(), asking);
    return connection(lease, address, canId, version);
  } catch (error) {
    lease.dispose();
    throw error;
  }
}

/**
 * What `error` means of a first question at `address`: a TCP bridge serves one client at a time and hangs up on
 * everybody else before a word was said (facts 7.3).
 */
export function hungUpOn(address: LinkAddress, error: unknown): unknown {
  if (address.kind !== 'tcp' || !isVescError(error, 'link-closed')) return error;
  const details = { path: formatLinkAddress(address), holder: 'another client' };
  return new VescError('port-busy', details, { cause: error });
}

/** A command forwarded to a controller's own id goes out on the bus and is lost: it is meant for itself. */
async function isOwnId(
  session: Session,
  version: FirmwareVersion,
  canId: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (version.hardwareType !== 'vesc') return false;
  const values = await silenceIs(
    session.request(getValuesSelective(['controllerId']), { signal }),
    undefined,
  );
  return values?.controllerId === canId;
}

function connection(
  lease: SessionLease,
  address: LinkAddress,
  canId: number | undefined,
  version: FirmwareVersion,
): Connection {
  const { session } = lease;
  return {
    address,
    ...(canId === undefined ? {} : { canId }),
    session,
    endpoint: canId === undefined ? session : session.node(canId),
    version,
    dispose: () => lease.dispose(),
  };
}

/**
 * Runs `work` with a controller, and lets go of it whatever happens.
 * @throws VescError of the link
 */
export async function withController<T>(
  context: CommandContext,
  values: TargetValues,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const found = await connect(context, values);
  try {
    return await work(found);
  } finally {
    found.dispose();
  }
}

/** @throws VescError `not-a-motor-controller` when it is a BMS or a module, which have no `wanted` */
export function requireMotor({ version }: Connection, wanted: string): void {
  const { hardware, hardwareType } = version;
  if (hardwareType !== 'vesc')
    throw new VescError('not-a-motor-controller', { hardware, hardwareType, wanted });
}

/** `/dev/ttyACM0`, or `/dev/ttyACM0, CAN id 78`. */
export function targetText({ address, canId }: Target): string {
  return formatLinkAddress(address) + (canId === undefined ? '' : `, CAN id ${canId}`);
}
