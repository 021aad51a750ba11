import type { Clock } from '../base/clock';
import { isVescError, VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import { getConfiguration, getCustomConfig } from '../protocol/messages/configuration';
import type { FirmwareVersion } from '../protocol/messages/identity';
import type { ControllerAccess } from './controllerAccess';
import { findSecondMotor, secondMotorUuid, silenceIs } from './secondMotor';
import type { MotorSettings, Snapshot } from './snapshot';
import { readCode } from './storedCode';

const TIMEOUT_MS = 2000;
const ATTEMPTS = 3;

/** What is read at the moment, for progress, and how far. */
export type SnapshotProgress = (what: string, fraction: number) => void;

/**
 * Reads everything an update takes: the settings of both motors, custom configuration, LispBM and QML code.
 * Nothing on the controller changes.
 * @throws VescError `snapshot-failed` when a controller does not give out its settings
 */
export async function takeSnapshot(
  access: ControllerAccess,
  version: FirmwareVersion,
  options: { clock: Clock; commit?: string | undefined; signal?: AbortSignal; onProgress?: SnapshotProgress },
): Promise<Snapshot> {
  const { signal, onProgress } = options;
  const { endpoint } = access;
  try {
    onProgress?.('settings', 0);
    const motors = [await readMotor(endpoint, version.uuid, signal)];
    onProgress?.('second motor', 0.2);
    const secondId = await findSecondMotor(access, version.uuid, signal);
    if (secondId !== undefined) {
      motors.push(await readMotor(access.node(secondId), secondMotorUuid(version.uuid), signal));
    }
    onProgress?.('custom configuration', 0.5);
    const customConfig =
      version.customConfigs > 0
        ? await silenceIs(endpoint.request(getCustomConfig(0), requestOptions(signal)), undefined)
        : undefined;
    onProgress?.('LispBM code', 0.6);
    const lispCode = await readCode(endpoint, 'lisp', signal);
    onProgress?.('QML code', 0.8);
    const qmlCode = await readCode(endpoint, 'qml', signal);
    onProgress?.('settings', 1);
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
