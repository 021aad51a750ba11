import { fromLatin1 } from '../../src/protocol/bytes';
import { PLACEHOLDER } from '../../src/image/buildStamp';
import {
  CRC_INFO_SIZE,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  IMAGE_LENGTH,
  IMAGE_LENGTH_5_03,
} from '../../src/image/flashMap';
import { configurationSignatures } from '../../src/protocol/messages/configuration';
import { atLeast, type Version } from '../../src/protocol/version';

/** What the image says about itself; whatever is left out is as in a plain build of release 7.01 for board 60. */
export interface SyntheticImageOptions {
  readonly hardware?: string;
  readonly version?: Version;
  readonly branch?: string;
  readonly commit?: string;
  readonly compiler?: string;
  readonly firmwareName?: string;
  readonly userBranch?: string;
  /** From 6.06 on USER_GIT_COMMIT_HASH; before, what follows the dot behind the commit. '' for none. */
  readonly userCommit?: string;
  readonly stackPointer?: number;
  readonly resetVector?: number;
  /** Makes images differ whose texts do not; also how hard the code is to compress. */
  readonly seed?: number;
}

/**
 * A whole image as the firmware tree builds it: vectors, blank settings sectors, code-like filler, literal pools with
 * the configuration signatures, the texts in the order and with the omissions of the real linker, blank crcinfo.
 * By default it carries the build stamp's placeholder.
 */
export function syntheticImage(options: SyntheticImageOptions = {}): Uint8Array {
  const version = options.version ?? { major: 7, minor: 1 };
  const length = atLeast(version, 6, 0) ? IMAGE_LENGTH : IMAGE_LENGTH_5_03;
  const image = new Uint8Array(length);
  fillWithCode(image, options.seed ?? 1);
  image.fill(0, EEPROM_OFFSET, EEPROM_END_OFFSET);
  const view = new DataView(image.buffer);
  view.setUint32(0, options.stackPointer ?? 0x2000_0800, true);
  view.setUint32(4, options.resetVector ?? 0x0800_c001, true);
  const entry = configurationSignatures.find(
    (other) => other.major === version.major && other.minor === version.minor,
  );
  if (entry) {
    // Twice each, once at a place that is no multiple of four.
    for (const at of [0x1_df48, 0x1_eb72]) view.setUint32(at, entry.mcconf.signature, true);
    for (const at of [0x1_e950, 0x1_f6a1]) view.setUint32(at, entry.appconf.signature, true);
  }
  image.set(fromLatin1(texts(options, version)), 0x4_fa00);
  image.fill(0xff, length - CRC_INFO_SIZE);
  return image;
}

/** Half-word patterns with a few common ones, about as compressible as Thumb code. */
function fillWithCode(image: Uint8Array, seed: number): void {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  for (let at = 0; at < image.length;) {
    const block = random();
    if (at > 4096 && block % 2 !== 0) {
      const count = 4 + (block % 10);
      const from = at - 16 - (random() % 4000);
      for (let i = 0; i < count && at < image.length; i++) image[at++] = image[from + i]!;
    } else {
      for (let i = 0; i < 8 && at < image.length; i++) image[at++] = random() & 0xff;
    }
  }
}

function texts(options: SyntheticImageOptions, version: Version): string {
  const {
    hardware = '60',
    branch = 'master',
    commit = 'b9d287b3b8323f4b02618b02dc55e57d54a84996',
    compiler = '12.2.1',
    firmwareName = '',
    userBranch = '',
    userCommit = PLACEHOLDER,
  } = options;
  const name = firmwareName === '' ? [] : [firmwareName];
  const commands = ['', 'comm_block', ...name, 'Warning: Could not set mcconf due to wrong signature'];
  // The firmware learned to tell its build with 6.00, and the user's with 6.06.
  const git: string[] = [];
  if (atLeast(version, 6, 6)) {
    git.push('fw_info', branch);
    if (userBranch === '') git.push('Git Branch: %s');
    git.push(commit);
    // A format that another one ends with is kept once only.
    if (userCommit === '') git.push('Git Hash  : %s');
    git.push(compiler, 'Compiler  : %s');
    if (userBranch !== '') git.push(userBranch, 'User Git Branch: %s');
    if (userCommit !== '') git.push(userCommit, 'User Git Hash  : %s');
  } else if (atLeast(version, 6, 0)) {
    const hash = userCommit === '' ? commit : `${commit}.${userCommit}`;
    git.push('fwinfo', branch, 'GIT Branch: %s', hash, 'GIT Hash  : %s', compiler, 'Compiler  : %s\n');
  }
  const canard = [`org.vesc.${hardware}`, 'Could not respond to GetNodeInfo: %d\n', ''];
  // Up to 6.00 every text starts at a multiple of four.
  return [...commands, ...git, 'rebootwdt', ...canard]
    .map((text) => (atLeast(version, 6, 5) ? `${text}\0` : text.padEnd((text.length + 4) & ~3, '\0')))
    .join('');
}

/** A bootloader as far as anything looks at one: linked for 0x080E0000, 6,224 bytes. */
export function syntheticBootloader(): Uint8Array {
  const image = new Uint8Array(6224);
  fillWithCode(image, 7);
  const view = new DataView(image.buffer);
  view.setUint32(0, 0x2000_0800, true);
  view.setUint32(4, 0x080e_01c1, true);
  return image;
}
