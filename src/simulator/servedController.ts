import type { Event } from '../base/emitter';
import type { DuplexEnd } from '../links/memoryDuplex';
import type { PortName } from './machine';

/** A controller that programs outside can be plugged into by a server: simulated or emulated. */
export interface ServedController {
  /** True while a host sees the USB device. */
  readonly isEnumerated: boolean;
  /** Fires when the USB device comes (true) and goes. */
  readonly onEnumeration: Event<boolean>;
  /** Plugs in a host. False while the port is taken or not there. */
  plug(device: DuplexEnd, port: PortName): boolean;
}
