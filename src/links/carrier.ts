import { realpath } from 'node:fs/promises';
import type { LinkAddress } from './link';
import { CONTROLLER_USB, listPorts, type Port, WITHOUT_HOLDERS } from './ports';

/**
 * What carries bytes to a controller, as far as it decides how many may be under way. `usb`: straight into the ring
 * buffer of its USB port. `network`: over TCP to whoever hands them on. `other`: a UART, on which the chip hears
 * nothing while it programs, a bridge with a buffer of its own, or something nobody knows.
 */
export type Carrier = 'usb' | 'network' | 'other';

export interface CarrierDependencies {
  readonly listPorts?: () => Promise<readonly Pick<Port, 'path' | 'vendorId' | 'productId'>[]>;
  /** What a path leads to: people name ports by links such as those in /dev/serial/by-id. */
  readonly resolve?: (path: string) => Promise<string>;
}

/** Looks up what lies behind `address`; opens nothing and never rejects. A port that is not known is `other`. */
export async function carrierOf(
  address: LinkAddress,
  dependencies: CarrierDependencies = {},
): Promise<Carrier> {
  const { listPorts: list = () => listPorts(WITHOUT_HOLDERS), resolve = realpath } = dependencies;
  switch (address.kind) {
    case 'tcp':
      return 'network';
    case 'simulated':
    case 'emulated':
      return 'usb';
    case 'serial': {
      const path = await resolve(address.path).catch(() => address.path);
      const ports = await list().catch(() => []);
      const port =
        ports.find((each) => each.path === path) ?? ports.find((each) => each.path === address.path);
      const isController =
        port?.vendorId === CONTROLLER_USB.vendorId && port.productId === CONTROLLER_USB.productId;
      return isController ? 'usb' : 'other';
    }
  }
}
