import { VescError } from '../base/errors';
import type { LinkAddress } from './link';

/** The port of the reference tool's TCP bridge and of Express (facts 7.3). */
export const DEFAULT_TCP_PORT = 65_102;
export const DEFAULT_BAUD_RATE = 115_200;

const SIMULATED = 'sim:';
const EMULATED = 'emu:';
const TCP = 'tcp://';
/** People type it without the slashes, too, as with the other kinds. */
const TCP_START = /^tcp:(?:\/\/)?/i;
/** `tcp://host`, `tcp://host:port`, `tcp://[IPv6]:port`; a closing slash does no harm. */
const TCP_FORM = /^(?:\[([0-9a-f:.%]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?\/?$/i;
const WINDOWS_PORT = /^com\d+$/i;

/**
 * What a user types where a port is asked for: `sim:` or `sim:NAME`, `emu:IMAGE`, `tcp://host[:port]`, else a serial
 * path, which gets `baudRate`.
 * @throws VescError `bad-address`
 */
export function parseLinkAddress(text: string, baudRate: number = DEFAULT_BAUD_RATE): LinkAddress {
  const trimmed = text.trim();
  const lower = trimmed.toLowerCase();
  if (lower.startsWith(SIMULATED)) return { kind: 'simulated', name: trimmed.slice(SIMULATED.length) };
  if (lower.startsWith(EMULATED)) return parseEmulated(trimmed);
  if (TCP_START.test(trimmed)) return parseTcp(trimmed);
  if (trimmed === '') throw new VescError('bad-address', { text, reason: 'it is empty' });
  if (trimmed.includes('://')) {
    throw new VescError('bad-address', { text, reason: 'only tcp:// is known' });
  }
  const path = WINDOWS_PORT.test(trimmed) ? trimmed.toUpperCase() : trimmed;
  return { kind: 'serial', path, baudRate };
}

/** The address as text that {@link parseLinkAddress} understands; a baud rate is not part of it. */
export function formatLinkAddress(address: LinkAddress): string {
  switch (address.kind) {
    case 'serial':
      return address.path;
    case 'tcp': {
      const host = address.host.includes(':') ? `[${address.host}]` : address.host;
      return `${TCP}${host}:${address.port}`;
    }
    case 'simulated':
      return `${SIMULATED}${address.name}`;
    case 'emulated':
      return `${EMULATED}${address.name}`;
  }
}

/** True when both lead to the same place in the same way; two baud rates are two ways. */
export function sameAddress(a: LinkAddress, b: LinkAddress): boolean {
  if (a.kind === 'serial' && b.kind === 'serial' && a.baudRate !== b.baudRate) return false;
  return a.kind === b.kind && formatLinkAddress(a) === formatLinkAddress(b);
}

function parseEmulated(text: string): LinkAddress {
  const name = text.slice(EMULATED.length);
  if (name.split('?', 1)[0] === '') {
    throw new VescError('bad-address', { text, reason: 'the image to be run is missing behind emu:' });
  }
  return { kind: 'emulated', name };
}

function parseTcp(text: string): LinkAddress {
  const match = TCP_FORM.exec(text.replace(TCP_START, ''));
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) {
    throw new VescError('bad-address', { text, reason: 'it is not of the form tcp://host:port' });
  }
  const port = match[3] === undefined ? DEFAULT_TCP_PORT : Number(match[3]);
  if (port < 1 || port > 65_535) {
    throw new VescError('bad-address', { text, reason: 'a port is a number from 1 to 65535' });
  }
  return { kind: 'tcp', host: host.toLowerCase(), port };
}
