import { VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { isTurning } from './preflight';

/**
 * Settings are stored while the motor stands: the firmware lets go of it to do so.
 * @throws VescError `motor-turning`, and those of the link
 */
export async function requireStandstill(endpoint: Endpoint): Promise<void> {
  const { erpm, duty } = await endpoint.request(getValuesSelective(['erpm', 'duty']), { attempts: 3 });
  if (isTurning({ erpm, duty })) throw new VescError('motor-turning', { erpm: Math.round(erpm), duty });
}
