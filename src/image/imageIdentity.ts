import { latin1 } from '../protocol/bytes';
import { type ConfigurationKind, configurationSignatures } from '../protocol/messages/configuration';
import type { Version } from '../protocol/version';
import { findBuildId, hasPlaceholder } from './buildStamp';

/** What an image says about itself (facts 12). Everything is read from the content, nothing from a file name. */
export interface ImageIdentity {
  /** The name the controller reports, as `60` or `A200S V2.1`. */
  readonly hardware?: string;
  /** What the firmware calls its variant, as `no_hw_limits`; most have no such name. */
  readonly firmwareName?: string;
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
  readonly version?: readonly Version[];
}

/** Reads all that `bytes`, the image of an application, tells about itself. */
export function readIdentity(bytes: Uint8Array): ImageIdentity {
  const hardware = readHardware(bytes);
  const firmwareName = readFirmwareName(bytes);
  const buildId = findBuildId(bytes);
  const { signatures, version } = readSignatures(bytes);
  return {
    ...(hardware === undefined ? {} : { hardware }),
    ...(firmwareName === undefined ? {} : { firmwareName }),
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

/** The texts within reach of `at`, before or behind it. Some versions align texts: any number of NULs lies between. */
function textsAround(bytes: Uint8Array, at: number): { before: string[]; after: string[] } {
  const texts = (start: number, end: number): string[] =>
    latin1(bytes.subarray(Math.max(0, start), end))
      .split('\0')
      .filter((text) => text !== '');
  return { before: texts(at - REACH, at), after: texts(at, at + REACH) };
}

/** The name of the variant lies between two texts that the firmware uses before and after it. */
function readFirmwareName(bytes: Uint8Array): string | undefined {
  const at = indexOfText(bytes, 'Warning: Could not set mcconf due to wrong signature');
  if (at < 0) return undefined;
  const [previous, name] = textsAround(bytes, at).before.slice(-2);
  return previous === 'comm_block' ? name : undefined;
}

type VersionControl = Pick<ImageIdentity, 'branch' | 'commit' | 'compiler' | 'userBranch' | 'userCommit'>;

/**
 * The texts of the terminal's `fw_info` (before 6.05 `fwinfo`), which lie side by side in the order they are used:
 * value, format, value, format. The linker keeps a text only once, and none that another one ends with: with a user
 * hash the format `Git Hash  : %s` is the end of `User Git Hash  : %s` and missing here; a value that is used twice
 * is missing the second time.
 */
function readVersionControl(bytes: Uint8Array): VersionControl {
  const compilerFormat = 'Compiler  : %s';
  const at = indexOfText(bytes, compilerFormat);
  if (at < 0) return {};
  const found: { -readonly [K in keyof VersionControl]?: string } = {};

  const { before, after } = textsAround(bytes, at);
  /** Takes the last text before the compiler's format if it is a `pattern`. */
  const take = (pattern: RegExp): string | undefined => {
    const value = pattern.exec(before.at(-1) ?? '')?.[1];
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

  const userValue = (format: string): string | undefined =>
    /^([\x21-\x7e]+)$/.exec(after[after.indexOf(format) - 1] ?? '')?.[1];
  const userBranch = userValue('User Git Branch: %s');
  const userCommit = userValue('User Git Hash  : %s');
  if (userBranch !== undefined) found.userBranch = userBranch;
  if (userCommit !== undefined) found.userCommit = userCommit;
  return found;
}

/** Finds the signatures as little-endian words; literal pools stand at any place the compiler found convenient. */
function readSignatures(bytes: Uint8Array): { signatures: ImageIdentity['signatures']; version: Version[] } {
  const wanted = new Set(
    configurationSignatures.flatMap(({ mcconf, appconf }) => [mcconf.signature, appconf.signature]),
  );
  const lowBytes = new Uint8Array(256);
  for (const signature of wanted) lowBytes[signature & 0xff] = 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Set<number>();
  for (let at = 0; at + 4 <= bytes.length; at++) {
    if (lowBytes[bytes[at]!] === 0) continue;
    const word = view.getUint32(at, true);
    if (wanted.has(word)) found.add(word);
  }
  const known = (kind: ConfigurationKind): number | undefined =>
    configurationSignatures.map((entry) => entry[kind].signature).find((signature) => found.has(signature));
  const mcconf = known('mcconf');
  const appconf = known('appconf');
  return {
    signatures: {
      ...(mcconf === undefined ? {} : { mcconf }),
      ...(appconf === undefined ? {} : { appconf }),
    },
    version: configurationSignatures
      .filter((entry) => entry.mcconf.signature === mcconf && entry.appconf.signature === appconf)
      .map(({ major, minor }) => ({ major, minor })),
  };
}
