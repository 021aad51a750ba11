import { Controller } from '../../src/controllers/controller';
import type { Endpoint } from '../../src/links/endpoint';
import { parseLinkAddress } from '../../src/links/linkAddress';
import type { ControllerIdentity } from '../../src/update/controllerIdentity';
import { VirtualClock } from './virtualClock';

/** A hash of forty digits, as git makes them. */
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** Who a controller is in tests that only look at it. */
export function identity(
  firmware: Partial<ControllerIdentity['firmware']> = {},
  more: Partial<Omit<ControllerIdentity, 'firmware'>> = {},
): ControllerIdentity {
  return {
    uuid: '3a0041001850563039373220',
    hardware: '60',
    hardwareType: 'vesc',
    firmware: { major: 7, minor: 1, test: 0, name: '', ...firmware },
    ...more,
  };
}

/** Answers nothing: for controllers that are only looked at, and whose clock stands still. */
const mute: Endpoint = {
  canId: undefined,
  request: () => new Promise(() => undefined),
  send: () => Promise.resolve(),
  terminal: () => Promise.resolve([]),
};

/** A connected controller that nobody polls. */
export function connectedController(
  who: ControllerIdentity = identity(),
  address = 'sim:60',
  canId?: number,
): Controller {
  const controller = new Controller(parseLinkAddress(address), canId, new VirtualClock());
  controller.attach(mute, who, { uuid: who.uuid });
  return controller;
}
