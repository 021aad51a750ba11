import { silenceIs } from '../links/silence';
import { fromHex, toHex } from '../protocol/bytes';
import { secondMotorCanId } from '../protocol/messages/can';
import { fwVersion } from '../protocol/messages/identity';
import { getValuesSelective } from '../protocol/messages/telemetry';
import type { ControllerAccess } from './controllerAccess';

const NODE_TIMEOUT_MS = 500;

/** The second motor of a dual-motor board has the UUID of the first with 1 added to its last byte (facts 2.2). */
export function secondMotorUuid(uuid: string): string {
  const bytes = fromHex(uuid);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1]! + 1) & 0xff;
  return toHex(bytes);
}

/**
 * The CAN id under which the second motor of the controller `uuid` answers; `undefined` when it has one motor. Only the
 * id where it would be is asked: a ping of the whole bus takes 2.6 to 4.2 s (facts 14).
 * @throws VescError `no-answer` when the controller itself is silent
 */
export async function findSecondMotor(
  access: ControllerAccess,
  uuid: string,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const options = { timeout_ms: NODE_TIMEOUT_MS, ...(signal ? { signal } : {}) };
  const { controllerId } = await access.endpoint.request(getValuesSelective(['controllerId']), {
    ...options,
    attempts: 3,
  });
  const canId = secondMotorCanId(controllerId);
  const version = await silenceIs(
    access.node(canId).request(fwVersion(), { ...options, attempts: 2 }),
    undefined,
  );
  return version?.uuid === secondMotorUuid(uuid) ? canId : undefined;
}
