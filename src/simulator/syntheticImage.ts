import { CRC_INFO_OFFSET, CRC_INFO_OFFSET_5_03, IMAGE_LENGTH, IMAGE_LENGTH_5_03 } from '../image/flashMap';
import { fromLatin1 } from '../protocol/bytes';
import { configurationSignatures } from '../protocol/messages/configuration';
import { atLeast, type Version } from '../protocol/version';

/** What a made-up image says about itself. */
export interface ImageText {
  readonly hardware: string;
  readonly version: Version;
  readonly branch: string;
  readonly commit: string;
  readonly compiler: string;
  readonly userCommit: string;
}

const STACK = 0x2000_0800;
const RESET_VECTOR = 0x0800_c001;
const BOOTLOADER_RESET_VECTOR = 0x080e_0681;
const CODE_OFFSET = 0xc000;
const TEXT_OFFSET = 0x1_0000;

function words(bytes: Uint8Array, offset: number, values: readonly number[]): void {
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint32(offset + 4 * index, value, true));
}

/**
 * An image that a controller could have been built with: right length, vectors, filler where code would be, and the
 * texts and signatures by which an image is recognised (facts 12). For the firmware a simulated controller comes
 * with; nothing ever runs it.
 */
export function syntheticImage(text: ImageText): Uint8Array {
  const old = !atLeast(text.version, 6, 0);
  const image = new Uint8Array(old ? IMAGE_LENGTH_5_03 : IMAGE_LENGTH);
  words(image, 0, [STACK, RESET_VECTOR]);
  for (let i = CODE_OFFSET; i < image.length; i++) image[i] = ((i >> 4) * 31 + (i & 15)) & 0xff;
  const signatures = configurationSignatures.find(
    (entry) => entry.major === text.version.major && entry.minor === text.version.minor,
  );
  if (signatures) words(image, CODE_OFFSET, [signatures.mcconf.signature, signatures.appconf.signature]);
  const git = atLeast(text.version, 6, 6) ? 'Git' : 'GIT';
  const user =
    text.userCommit === '' ? [] : ['main', 'User Git Branch: %s', text.userCommit, 'User Git Hash  : %s'];
  const lines = [
    text.branch,
    `${git} Branch: %s`,
    text.commit,
    `${git} Hash  : %s`,
    text.compiler,
    'Compiler  : %s',
  ];
  const texts = ['', `org.vesc.${text.hardware}`, ...lines, ...user, '', ''].join('\0');
  image.set(fromLatin1(texts), TEXT_OFFSET);
  image.fill(0xff, old ? CRC_INFO_OFFSET_5_03 : CRC_INFO_OFFSET);
  return image;
}

/** Marks the stand-in for a bootloader from before 2022, which knows no compression. */
const OLD_BOOTLOADER = 'simulated bootloader without compression';
const CURRENT_BOOTLOADER = 'simulated bootloader with compression';
const BOOTLOADER_LENGTH = 6224;

/** The bootloader a simulated controller comes with: vectors, a mark, filler. */
export function syntheticBootloader(kind: 'current' | 'old'): Uint8Array {
  const image = new Uint8Array(BOOTLOADER_LENGTH).fill(0x5a);
  words(image, 0, [STACK, BOOTLOADER_RESET_VECTOR]);
  image.set(fromLatin1(kind === 'old' ? OLD_BOOTLOADER : CURRENT_BOOTLOADER), 0x188);
  return image;
}

/** True for what {@link syntheticBootloader} made as old; every other bootloader counts as current. */
export function isOldBootloader(sector: Uint8Array): boolean {
  return fromLatin1(OLD_BOOTLOADER).every((byte, index) => sector[0x188 + index] === byte);
}
