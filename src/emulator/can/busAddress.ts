import { VescError } from '../../base/errors';

/** Where processes meet to share a CAN bus. */
export interface CanBusAddress {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';

/**
 * Reads `PORT` (on this computer) or `HOST:PORT`.
 * @throws VescError `usage`
 */
export function parseCanBus(text: string): CanBusAddress {
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:[\]/\s]+):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port < 1 || port > 65_535) {
    throw new VescError('usage', {
      problem: `--can takes the TCP port where the controllers of a bus meet, as 5555 or host:5555, not "${text}".`,
      help: 'vesc emulate --help',
    });
  }
  return { host: match[1]?.replace(/^\[|\]$/g, '') ?? LOOPBACK, port };
}

export function formatCanBus({ host, port }: CanBusAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
