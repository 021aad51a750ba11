import { latin1 } from '../protocol/bytes';
import { findBuildId, hasPlaceholder } from './buildStamp';
import { configurationSignatures } from './configurationSignatures';

/** A firmware version as far as an image tells it. */
export interface VersionCandidate {
  readonly major: number;
  readonly minor: number;
}

/** What an image says about itself (facts 12). Everything is read from the content, nothing from a file name. */
export interface ImageIdentity {
  /** The name the controller reports, as `60` or `A200S V2.1`. */
  readonly hardware?: string;
  readonly branch?: string;
  readonly commit?: string;
  /** Version of the compiler, as `12.2.1`. */
  readonly compiler?: string;
  /** What the build passed as USER_GIT_BRANCH_NAME. */
  readonly userBranch?: string;
  /** What the build passed as USER_GIT_COMMIT_HASH. */
  readonly userCommit?: string;
  /** The build identity it was stamped with (see buildStamp). */
  readonly buildId?: string;
  /** True while it can be stamped. */
  readonly placeholder: boolean;
  /** The configuration signatures it carries, of those known. */
  readonly signatures: { readonly mcconf?: number; readonly appconf?: number };
  /** Every known version with these signatures; the version itself is not in the image. */
  readonly version?: readonly VersionCandidate[];
}

/** Reads all that `bytes`, the image of an application, tells about itself. */
export function readIdentity(bytes: Uint8Array): ImageIdentity {
  const hardware = readHardware(bytes);
  const buildId = findBuildId(bytes);
  const { signatures, version } = readSignatures(bytes);
  return {
    ...(hardware === undefined ? {} : { hardware }),
    ...readVersionControl(bytes),
    ...(buildId === undefined ? {} : { buildId }),
    placeholder: hasPlaceholder(bytes),
    signatures,
    ...(version.length === 0 ? {} : { version }),
  };
}

/** Longer than any text that is looked for, so that a damaged file cannot make the search slow. */
const REACH = 512;

/** Where the characters of `text` stand, from `from` on; negative when nowhere. */
function indexOfText(bytes: Uint8Array, text: string, from = 0): number {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 1;
    while (same < text.length && bytes[at + same] === text.charCodeAt(same)) same++;
    if (same === text.length) return at;
  }
  return -1;
}

/** The name behind `org.vesc.`, which the firmware joins to its hardware name for UAVCAN, spaces and all. */
function readHardware(bytes: Uint8Array): string | undefined {
  const mark = 'org.vesc.';
  for (let at = indexOfText(bytes, mark); at >= 0; at = indexOfText(bytes, mark, at + 1)) {
    const name = /^([\x20-\x7e]+)\0/.exec(
      latin1(bytes.subarray(at + mark.length, at + mark.length + REACH)),
    )?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

type VersionControl = Pick<ImageIdentity, 'branch' | 'commit' | 'compiler' | 'userBranch' | 'userCommit'>;

/**
 * The texts of the terminal's `fw_info` (before 6.05 `fwinfo`), which lie side by side in the order they are used:
 * value, format, value, format. The linker keeps a text only once, and none that another one ends with: with a user
 * hash the format `Git Hash  : %s` is the end of `User Git Hash  : %s` and missing here; a value that is used twice
 * is missing the second time. Some versions align every text to four bytes, so any number of NULs lies in between.
 */
function readVersionControl(bytes: Uint8Array): VersionControl {
  const compilerFormat = 'Compiler  : %s';
  const at = indexOfText(bytes, compilerFormat);
  if (at < 0) return {};
  const found: { -readonly [K in keyof VersionControl]?: string } = {};

  const before = latin1(bytes.subarray(Math.max(0, at - REACH), at))
    .split('\0')
    .filter((text) => text !== '');
  /** Takes the last text before the compiler's format if it is a `pattern`. */
  const take = (pattern: RegExp): string | undefined => {
    const text = before[before.length - 1];
    const value = text === undefined ? undefined : pattern.exec(text)?.[1];
    if (value !== undefined) before.pop();
    return value;
  };
  const compiler = take(/^([0-9.]+)$/);
  take(/^(G(?:it|IT) Hash {2}: %s)$/);
  const commit = take(/^([0-9a-f]{7,40}(?:-dirty)?)(?:\.vb1-[0-9a-f]{40})?$/);
  take(/^(G(?:it|IT) Branch: %s)$/);
  const branch = take(/^(?!fw_?info$)([\x21-\x7e]+)$/);
  if (compiler !== undefined) found.compiler = compiler;
  if (commit !== undefined) found.commit = commit;
  if (branch !== undefined) found.branch = branch;

  const after = latin1(bytes.subarray(at + compilerFormat.length, at + REACH))
    .split('\0')
    .filter((text) => text !== '');
  const userValue = (format: string): string | undefined =>
    /^([\x21-\x7e]+)$/.exec(after[after.indexOf(format) - 1] ?? '')?.[1];
  const userBranch = userValue('User Git Branch: %s');
  const userCommit = userValue('User Git Hash  : %s');
  if (userBranch !== undefined) found.userBranch = userBranch;
  if (userCommit !== undefined) found.userCommit = userCommit;
  return found;
}

/** Finds the signatures as little-endian words; literal pools stand at any place the compiler found convenient. */
function readSignatures(bytes: Uint8Array): {
  signatures: ImageIdentity['signatures'];
  version: VersionCandidate[];
} {
  const wanted = new Set(configurationSignatures.flatMap((entry) => [entry.mcconf, entry.appconf]));
  const lowBytes = new Uint8Array(256);
  for (const signature of wanted) lowBytes[signature & 0xff] = 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Set<number>();
  for (let at = 0; at + 4 <= bytes.length; at++) {
    if (lowBytes[bytes[at]!] === 0) continue;
    const word = view.getUint32(at, true);
    if (wanted.has(word)) found.add(word);
  }
  const mcconf = configurationSignatures.find((entry) => found.has(entry.mcconf))?.mcconf;
  const appconf = configurationSignatures.find((entry) => found.has(entry.appconf))?.appconf;
  return {
    signatures: {
      ...(mcconf === undefined ? {} : { mcconf }),
      ...(appconf === undefined ? {} : { appconf }),
    },
    version: configurationSignatures
      .filter((entry) => entry.mcconf === mcconf && entry.appconf === appconf)
      .map(({ major, minor }) => ({ major, minor })),
  };
}
