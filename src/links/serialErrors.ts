import { readFile, stat } from 'node:fs/promises';
import { VescError } from '../base/errors';
import { describePortHolder } from './portHolder';
import { plainReason } from './reason';

/** Where the facts for a message come from; exists so that a test can tell them. */
export interface PortInquiry {
  /** Who holds `path`, in words. */
  holder(path: string): Promise<string | undefined>;
  /** The group whose members may open `path`. */
  group(path: string): Promise<string | undefined>;
}

export const systemInquiry: PortInquiry = { holder: (path) => describePortHolder(path), group: portGroup };

/**
 * The native module gives its reasons as text only: the C library's words on Linux (glibc and musl) and macOS, its
 * own on Windows, where a port in use is "Access denied".
 */
const REASONS: readonly (readonly ['busy' | 'permission' | 'missing' | 'no-port', RegExp])[] = [
  [
    'busy',
    /cannot lock|resource (temporarily un|busy)|device or resource busy|access denied|port is locked/i,
  ],
  ['permission', /permission denied|operation not permitted/i],
  [
    'missing',
    /no such (file|device)|file not found|does not exist|device not configured|input\/output error/i,
  ],
  // A file, a folder or another device.
  ['no-port', /inappropriate ioctl|is a directory/i],
];

/** What it means for a user that opening `path` failed with `error`. */
export async function serialOpenError(
  path: string,
  error: unknown,
  inquiry: PortInquiry = systemInquiry,
): Promise<VescError> {
  const reason = plainReason(error);
  const options = { cause: error };
  switch (REASONS.find(([, words]) => words.test(reason))?.[0]) {
    case 'busy': {
      const holder = await inquiry.holder(path).catch(() => undefined);
      return new VescError('port-busy', holder === undefined ? { path } : { path, holder }, options);
    }
    case 'permission': {
      const group = await inquiry.group(path).catch(() => undefined);
      return new VescError('port-permission', group === undefined ? { path } : { path, group }, options);
    }
    case 'missing':
      return new VescError('port-not-found', { path }, options);
    case 'no-port':
      return new VescError('link-failed', { address: path, reason: 'it is no serial port' }, options);
    case undefined:
      return new VescError('link-failed', { address: path, reason }, options);
  }
}

/** The name of the group that may read and write `path`; undefined when the mode gives a group nothing. */
async function portGroup(path: string): Promise<string | undefined> {
  const { gid, mode } = await stat(path);
  if ((mode & 0o060) !== 0o060) return undefined;
  const entry = (await readFile('/etc/group', 'utf8'))
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[2] === String(gid));
  return entry?.[0];
}
