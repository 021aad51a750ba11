import { appCrc } from '../image/appCrc';
import {
  APP_ADDRESS,
  APP_SIZE,
  CCM_ADDRESS,
  CCM_SIZE,
  CRC_INFO_OFFSET,
  CRC_INFO_OFFSET_5_03,
  CRC_INFO_SIZE,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  IMAGE_LENGTH,
  IMAGE_LENGTH_5_03,
  RAM_ADDRESS,
  RAM_SIZE,
} from '../image/flashMap';
import { readIdentity } from '../image/imageIdentity';
import { atLeast } from '../protocol/version';
import type { FirmwareIdentity } from './board';
import type { Flash } from './flash';

/** What the application's own start-up check comes to (facts 3.8, 3.10). */
export type AppState =
  /** It starts. */
  | 'good'
  /** Its CRC was never computed: it does that now and restarts. */
  | 'first-start'
  /** No vectors, or a CRC that does not hold: nothing ever answers. */
  | 'broken';

const FLAG_BLANK = 0xffff_ffff;
const CRC_WORD = 4;
const END_LENGTH = 16;

function within(value: number, start: number, size: number): boolean {
  return value >= start && value <= start + size;
}

/** Reads, checks and marks the application in the flash; keeps what it found until the flash changes. */
export class AppCheck {
  private known: { readonly identity: FirmwareIdentity; readonly crc: number } | undefined;

  constructor(private readonly flash: Flash) {
    flash.onOperation(({ address, length }) => {
      if (concernsApp(address, length)) this.known = undefined;
    });
  }

  /** Which firmware lies in the flash; what cannot be read from it is taken from `fallback`. */
  identity(fallback: FirmwareIdentity): FirmwareIdentity {
    return this.read(fallback).identity;
  }

  /** The CRC the firmware shows as `ImageVer`. */
  crc(fallback: FirmwareIdentity): number {
    return this.read(fallback).crc;
  }

  state(fallback: FirmwareIdentity): AppState {
    const stack = this.flash.word(APP_ADDRESS);
    const reset = this.flash.word(APP_ADDRESS + 4);
    const stackInRam = within(stack, RAM_ADDRESS, RAM_SIZE) || within(stack, CCM_ADDRESS, CCM_SIZE);
    if (!stackInRam || (reset & 1) === 0 || !within(reset, APP_ADDRESS, APP_SIZE - 1)) return 'broken';
    const address = this.crcInfo(fallback);
    if (this.flash.word(address) === FLAG_BLANK) return 'first-start';
    return this.flash.word(address + CRC_WORD) === this.crc(fallback) ? 'good' : 'broken';
  }

  /** Sets the flag and, in a second operation, the CRC: between the two the power must not fail. */
  mark(fallback: FirmwareIdentity): void {
    const address = this.crcInfo(fallback);
    const crc = this.crc(fallback);
    this.flash.program(address, new Uint8Array(4));
    const word = new Uint8Array(4);
    new DataView(word.buffer).setUint32(0, crc, true);
    this.flash.program(address + CRC_WORD, word);
  }

  /** True when an application of that length has its end where its firmware looks for it. */
  isWhole(length_B: number): boolean {
    return length_B === IMAGE_LENGTH || length_B === IMAGE_LENGTH_5_03;
  }

  /** True when something stands right in front of where an application has its CRC; a build fills its gaps with 0. */
  hasEnd(fallback: FirmwareIdentity): boolean {
    return !this.flash.isErased(this.crcInfo(fallback) - END_LENGTH, END_LENGTH);
  }

  private crcInfo(fallback: FirmwareIdentity): number {
    return APP_ADDRESS + (this.isOld(this.identity(fallback)) ? CRC_INFO_OFFSET_5_03 : CRC_INFO_OFFSET);
  }

  private isOld(identity: FirmwareIdentity): boolean {
    return !atLeast(identity.version, 6, 0);
  }

  private read(fallback: FirmwareIdentity): { identity: FirmwareIdentity; crc: number } {
    if (this.known) return this.known;
    const identity = merge(readIdentity(this.flash.read(APP_ADDRESS, APP_SIZE)), fallback);
    const length = this.isOld(identity) ? IMAGE_LENGTH_5_03 : IMAGE_LENGTH;
    const crc = appCrc(this.flash.read(APP_ADDRESS, length));
    this.known = { identity, crc };
    return this.known;
  }
}

/** The settings' sectors and the CRC's own words belong to neither identity nor CRC. */
function concernsApp(address: number, length: number): boolean {
  const offset = address - APP_ADDRESS;
  const settings = offset >= EEPROM_OFFSET && offset + length <= EEPROM_END_OFFSET;
  const crcInfo = [CRC_INFO_OFFSET, CRC_INFO_OFFSET_5_03].some(
    (info) => offset >= info && offset + length <= info + CRC_INFO_SIZE,
  );
  return offset < APP_SIZE && !settings && !crcInfo;
}

function merge(read: ReturnType<typeof readIdentity>, fallback: FirmwareIdentity): FirmwareIdentity {
  const { version } = fallback;
  const candidates = read.version ?? [version];
  const same = candidates.some(({ major, minor }) => major === version.major && minor === version.minor);
  // An image that tells what it is tells all of it; what it leaves out then is not there.
  const told = read.commit !== undefined || read.hardware !== undefined;
  // Before there was a user's hash, the build identity rides behind the commit.
  const rides = read.commit !== undefined && read.buildId !== undefined && read.userCommit === undefined;
  return {
    version: same ? version : { ...candidates[candidates.length - 1]!, test: 0 },
    hardware: read.hardware ?? fallback.hardware,
    branch: read.branch ?? fallback.branch,
    commit: rides ? `${read.commit}.${read.buildId}` : (read.commit ?? fallback.commit),
    compiler: read.compiler ?? fallback.compiler,
    userBranch: read.userBranch ?? (told ? '' : fallback.userBranch),
    userCommit: read.userCommit ?? (told ? '' : fallback.userCommit),
  };
}
