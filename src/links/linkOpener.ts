import type { Clock } from '../base/clock';
import { VescError } from '../base/errors';
import type { Link, LinkAddress, LinkOpener } from './link';
import { formatLinkAddress } from './linkAddress';
import { openSerialLink, type SerialDependencies } from './serialLink';
import { openTcpLink, type TcpDependencies } from './tcpLink';

export type SimulatedAddress = Extract<LinkAddress, { kind: 'simulated' }>;

export type EmulatedAddress = Extract<LinkAddress, { kind: 'emulated' }>;

export interface LinkOpenerOptions {
  readonly clock: Clock;
  /** Plugs in a simulated controller; without it, `sim:` addresses lead nowhere. */
  readonly simulated?: (address: SimulatedAddress) => Promise<Link> | Link;
  /** Plugs in an emulated controller; without it, `emu:` addresses lead nowhere. */
  readonly emulated?: (address: EmulatedAddress, signal?: AbortSignal) => Promise<Link>;
  readonly serial?: Omit<SerialDependencies, 'clock'>;
  readonly tcp?: Omit<TcpDependencies, 'clock'>;
}

/** Opens links of every kind. */
export function createLinkOpener({ clock, simulated, emulated, serial, tcp }: LinkOpenerOptions): LinkOpener {
  return {
    async open(address, signal) {
      signal?.throwIfAborted();
      switch (address.kind) {
        case 'serial':
          return openSerialLink(address, { ...serial, clock }, signal);
        case 'tcp':
          return openTcpLink(address, { ...tcp, clock }, signal);
        case 'simulated':
          if (simulated === undefined) {
            const reason = 'there is no simulated controller here';
            throw new VescError('link-failed', { address: formatLinkAddress(address), reason });
          }
          return simulated(address);
        case 'emulated':
          if (emulated === undefined) {
            const reason = 'there is no emulator here';
            throw new VescError('link-failed', { address: formatLinkAddress(address), reason });
          }
          return emulated(address, signal);
      }
    },
  };
}
