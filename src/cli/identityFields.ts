import type { ControllerIdentity } from '../update/controllerIdentity';
import type { Fields } from './report';

/** Who a controller is and what runs on it, as JSON carries it (design 7). */
export function identityFields(identity: ControllerIdentity): Fields {
  const { uuid, hardware, hardwareType, firmware, canId } = identity;
  return { uuid, hardware, hardwareType, firmware, canId: canId ?? null };
}
