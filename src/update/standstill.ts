import { VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import { getValuesSelective, type Values } from '../protocol/messages/telemetry';

/** Above this the firmware itself calls the motor turning (facts 2.2, SHUTDOWN). */
const TURNING_ERPM = 100;
const TURNING_DUTY = 0.01;

/** True while the motor moves or is driven. */
export function isTurning(values: Pick<Values, 'erpm' | 'duty'>): boolean {
  return Math.abs(values.erpm) > TURNING_ERPM || Math.abs(values.duty) > TURNING_DUTY;
}

/**
 * Settings are stored while the motor stands: the firmware lets go of it to do so.
 * @throws VescError `motor-turning`, and those of the link
 */
export async function requireStandstill(endpoint: Endpoint): Promise<void> {
  const { erpm, duty } = await endpoint.request(getValuesSelective(['erpm', 'duty']), { attempts: 3 });
  if (isTurning({ erpm, duty })) {
    throw new VescError('motor-turning', { erpm: Math.round(erpm), duty, work: 'settings' });
  }
}
