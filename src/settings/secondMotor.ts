import { isVescError } from '../base/errors';
import { fromHex, toHex } from '../protocol/bytes';
import { pingCan } from '../protocol/messages/can';
import { fwVersion } from '../protocol/messages/identity';
import type { ControllerAccess } from './controllerAccess';

/** A bus without peers is pinged for up to 4.2 s (facts 14). */
const PING_TIMEOUT_MS = 6000;
const NODE_TIMEOUT_MS = 500;

/** The second motor of a dual-motor board has the UUID of the first with 1 added to its last byte (facts 2.2). */
export function secondMotorUuid(uuid: string): string {
  const bytes = fromHex(uuid);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1]! + 1) & 0xff;
  return toHex(bytes);
}

/** The CAN id under which the second motor of the controller `uuid` answers; `undefined` when it has one motor. */
export async function findSecondMotor(
  access: ControllerAccess,
  uuid: string,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const wanted = secondMotorUuid(uuid);
  const options = signal ? { signal } : {};
  const canIds = await silenceIs(
    access.endpoint.request(pingCan(), { timeout_ms: PING_TIMEOUT_MS, attempts: 2, ...options }),
    [],
  );
  for (const canId of canIds) {
    const version = await silenceIs(
      access.node(canId).request(fwVersion(), { timeout_ms: NODE_TIMEOUT_MS, attempts: 2, ...options }),
      undefined,
    );
    if (version?.uuid === wanted) return canId;
  }
  return undefined;
}

/** The answer of `request`, or `fallback` when nobody answers; other failures pass through. */
export async function silenceIs<T, F>(request: Promise<T>, fallback: F): Promise<T | F> {
  try {
    return await request;
  } catch (error) {
    if (isVescError(error, 'no-answer') || isVescError(error, 'can-node-silent')) return fallback;
    throw error;
  }
}
