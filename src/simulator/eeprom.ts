import { SECTORS } from '../image/flashMap';
import { crc16 } from '../protocol/crc16';
import type { Flash } from './flash';

/** What is stored under which number; a second motor has a motor configuration of its own. */
export const SettingKind = { mcconf: 1, appconf: 2, secondMcconf: 3 } as const;
export type SettingKind = (typeof SettingKind)[keyof typeof SettingKind];

/** The two sectors that take turns holding the settings (facts 3.1). */
const PAGES = SECTORS.slice(1, 3);
const VALID = 0x0000;
const HEADER_LENGTH = 2;
/** Kind, length, CRC. */
const RECORD_HEADER = 5;
const NO_MORE = 0xff;

interface StoredRecord {
  readonly kind: number;
  readonly data: Uint8Array;
}

/**
 * Settings kept in flash: records are added behind each other until the page is full, then the newest of each kind
 * move to the other page. An update overwrites both pages with what the image has there, and they have to be
 * formatted: that is how settings are lost.
 */
export class Eeprom {
  constructor(private readonly flash: Flash) {}

  /** Exactly one page is in use, as the firmware leaves it. */
  get isFormatted(): boolean {
    return PAGES.filter((_, page) => this.status(page) === VALID).length === 1;
  }

  /** Empties both pages; returns how long the processor stands still. */
  format(): number {
    const erased_ms = PAGES.reduce((sum, { index }) => sum + this.flash.erase(index).duration_ms, 0);
    return erased_ms + this.open(0);
  }

  /** The setting stored last as `kind`. */
  read(kind: SettingKind): Uint8Array | undefined {
    return this.newest().get(kind);
  }

  /** Stores a setting; returns how long the processor stands still. */
  write(kind: SettingKind, data: Uint8Array): number {
    const old = this.read(kind);
    if (old?.length === data.length && old.every((byte, index) => byte === data[index])) return 0;
    const page = this.page;
    const { end } = this.scan(page);
    if (end + RECORD_HEADER + data.length <= PAGES[page]!.size_B) return this.append(page, end, kind, data);

    const kept = this.newest().set(kind, data);
    const other = 1 - page;
    let duration_ms = this.flash.erase(PAGES[other]!.index).duration_ms;
    let at = HEADER_LENGTH;
    for (const [keptKind, keptData] of kept) {
      duration_ms += this.append(other, at, keptKind, keptData);
      at += RECORD_HEADER + keptData.length;
    }
    duration_ms += this.flash.erase(PAGES[page]!.index).duration_ms;
    return duration_ms + this.open(other);
  }

  private get page(): number {
    return this.status(0) === VALID ? 0 : 1;
  }

  private status(page: number): number {
    const [low, high] = this.flash.read(PAGES[page]!.address, HEADER_LENGTH);
    return low! | (high! << 8);
  }

  private open(page: number): number {
    return this.flash.program(PAGES[page]!.address, new Uint8Array(HEADER_LENGTH)).duration_ms;
  }

  private append(page: number, at: number, kind: number, data: Uint8Array): number {
    const record = new Uint8Array(RECORD_HEADER + data.length);
    const crc = crc16(data);
    record.set([kind, data.length >> 8, data.length & 0xff, crc >> 8, crc & 0xff]);
    record.set(data, RECORD_HEADER);
    return this.flash.program(PAGES[page]!.address + at, record).duration_ms;
  }

  private newest(): Map<number, Uint8Array> {
    return new Map(this.scan(this.page).records.map(({ kind, data }) => [kind, data]));
  }

  /** The records of a page, and where the next belongs; one that a power failure cut short is passed over. */
  private scan(page: number): { readonly records: readonly StoredRecord[]; readonly end: number } {
    const { address, size_B } = PAGES[page]!;
    const bytes = this.flash.read(address, size_B);
    const records: StoredRecord[] = [];
    let at = HEADER_LENGTH;
    while (at + RECORD_HEADER <= size_B && bytes[at] !== NO_MORE) {
      const length = (bytes[at + 1]! << 8) | bytes[at + 2]!;
      const crc = (bytes[at + 3]! << 8) | bytes[at + 4]!;
      const end = at + RECORD_HEADER + length;
      if (end > size_B) {
        // Not even its header was finished: nothing can follow it.
        at = size_B;
        break;
      }
      const data = bytes.slice(at + RECORD_HEADER, end);
      if (crc16(data) === crc) records.push({ kind: bytes[at]!, data });
      at = end;
    }
    return { records, end: at };
  }
}
