import type { Clock } from '../base/clock';
import { isVescError, VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import { getConfiguration, getCustomConfig } from '../protocol/messages/configuration';
import type { FirmwareVersion } from '../protocol/messages/identity';
import type { ControllerAccess } from './controllerAccess';
import { findSecondMotor, secondMotorUuid } from './secondMotor';
import type { MotorSettings, Snapshot } from './snapshot';
import { readCode } from './storedCode';

const TIMEOUT_MS = 2000;
const ATTEMPTS = 3;

/** Settings, second motor, custom configuration, LispBM code, QML code. */
const PARTS = 5;

/** What was read last, for progress, and how far that is. */
export type SnapshotProgress = (what: string, fraction: number) => void;

export interface SnapshotOptions {
  readonly clock: Clock;
  readonly commit?: string | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: SnapshotProgress;
  /** CAN id of the second motor, or that there is none, where that is known already. */
  readonly secondMotor?: number | 'none' | undefined;
}

/**
 * Reads everything an update takes: the settings of both motors, custom configuration, LispBM and QML code.
 * Nothing on the controller changes.
 * @throws VescError `snapshot-failed` when a controller does not give out its settings
 */
export async function takeSnapshot(
  access: ControllerAccess,
  version: FirmwareVersion,
  options: SnapshotOptions,
): Promise<Snapshot> {
  const { signal, onProgress } = options;
  const { endpoint } = access;
  let read = 0;
  const part = <T>(what: string, reading: Promise<T>): Promise<T> =>
    reading.then((value) => {
      onProgress?.(what, ++read / PARTS);
      return value;
    });
  try {
    onProgress?.('settings', 0);
    // The search for a second motor takes seconds on the controller, which answers everything else meanwhile.
    const [first, second, customConfig, lispCode, qmlCode] = await together([
      part('settings', readMotor(endpoint, version.uuid, signal)),
      part('second motor', readSecondMotor(access, version.uuid, options)),
      part(
        'custom configuration',
        // Firmware that says it has one answers: silence is a loss, not the lack of one.
        version.customConfigs > 0
          ? endpoint.request(getCustomConfig(0), requestOptions(signal))
          : Promise.resolve(undefined),
      ),
      part('LispBM code', readCode(endpoint, 'lisp', signal)),
      part('QML code', readCode(endpoint, 'qml', signal)),
    ]);
    const motors = second ? [first, second] : [first];
    return {
      uuid: version.uuid,
      hardware: version.hardware,
      firmware: { major: version.major, minor: version.minor, test: version.test },
      ...(options.commit === undefined ? {} : { commit: options.commit }),
      takenAt: options.clock.date().toISOString(),
      motors,
      ...(customConfig ? { customConfig } : {}),
      ...(lispCode ? { lispCode } : {}),
      ...(qmlCode ? { qmlCode, qmlFullscreen: version.qmlApp === 2 } : {}),
    };
  } catch (error) {
    if (isVescError(error, 'no-answer') || isVescError(error, 'can-node-silent')) {
      throw new VescError('snapshot-failed', { reason: error.happened }, { cause: error });
    }
    throw error;
  }
}

async function readSecondMotor(
  access: ControllerAccess,
  uuid: string,
  { signal, secondMotor }: SnapshotOptions,
): Promise<MotorSettings | undefined> {
  const canId = secondMotor ?? (await findSecondMotor(access, uuid, signal));
  if (canId === undefined || canId === 'none') return undefined;
  return readMotor(access.node(canId), secondMotorUuid(uuid), signal);
}

/** All results, or the first failure, but not before everything is over: nothing goes on behind the caller's back. */
async function together<T extends readonly Promise<unknown>[]>(
  works: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

async function readMotor(endpoint: Endpoint, uuid: string, signal?: AbortSignal): Promise<MotorSettings> {
  return {
    uuid,
    canId: endpoint.canId,
    mcconf: await endpoint.request(getConfiguration('mcconf'), requestOptions(signal)),
    appconf: await endpoint.request(getConfiguration('appconf'), requestOptions(signal)),
  };
}

function requestOptions(signal?: AbortSignal): {
  timeout_ms: number;
  attempts: number;
  signal?: AbortSignal;
} {
  return { timeout_ms: TIMEOUT_MS, attempts: ATTEMPTS, ...(signal ? { signal } : {}) };
}
