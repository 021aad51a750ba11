import { fromLatin1, toHex } from '../../src/protocol/bytes';
import type { FlashSegment } from '../../src/image/flashSegments';
import { CRC_INFO_SIZE, EEPROM_END_OFFSET, EEPROM_OFFSET, FLASH_ADDRESS } from '../../src/image/flashMap';

/** One record of Intel HEX, with its checksum, without a line ending. */
export function hexRecord(type: number, offset: number, data: ArrayLike<number> = []): string {
  const bytes = [data.length, offset >>> 8, offset & 0xff, type, ...Array.from(data)];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `:${toHex(Uint8Array.of(...bytes, -sum & 0xff)).toUpperCase()}`;
}

export interface HexOptions {
  readonly newline?: string;
  readonly lowerCase?: boolean;
  /** Data bytes a record. */
  readonly width?: number;
}

/** An Intel HEX file as objcopy writes it: linear addresses, a start address, an end record. */
export function intelHex(segments: readonly FlashSegment[], options: HexOptions = {}): Uint8Array {
  const { newline = '\r\n', lowerCase = false, width = 16 } = options;
  const lines: string[] = [];
  let page = -1;
  for (const { address, bytes } of segments) {
    for (let from = 0; from < bytes.length;) {
      const at = address + from;
      if (Math.floor(at / 0x1_0000) !== page) {
        page = Math.floor(at / 0x1_0000);
        lines.push(hexRecord(4, 0, [page >>> 8, page & 0xff]));
      }
      const length = Math.min(width, bytes.length - from, 0x1_0000 - (at % 0x1_0000));
      lines.push(hexRecord(0, at % 0x1_0000, bytes.subarray(from, from + length)));
      from += length;
    }
  }
  lines.push(hexRecord(5, 0, [0x08, 0x00, 0xc0, 0x01]), hexRecord(1, 0));
  const text = lines.join('\n') + '\n';
  return fromLatin1((lowerCase ? text.toLowerCase() : text).replaceAll('\n', newline));
}

/** A loaded segment of an ELF file, and where its sections lie in it; without any, one section is all of it. */
export interface ElfSegment extends FlashSegment {
  readonly sections?: readonly (readonly [start: number, end: number])[];
}

export interface ElfOptions {
  readonly machine?: number;
  readonly kind?: number;
  readonly fileClass?: number;
  readonly bigEndian?: boolean;
  /** False for a file without a section table. */
  readonly withSections?: boolean;
}

/** Offsets and sizes in the files of {@link elf}. */
export const ELF_HEADER_SIZE = 52;
export const ELF_SEGMENT_ENTRY_SIZE = 32;
export const ELF_SECTION_ENTRY_SIZE = 40;

/**
 * A linked Arm ELF file as far as a loader looks: header, program table, contents, section table. Like the real ones
 * it also has a segment of cleared RAM, one that is not loaded, a cleared section, and one with debugging information.
 */
export function elf(segments: readonly ElfSegment[], options: ElfOptions = {}): Uint8Array {
  const { machine = 40, kind = 2, fileClass = 1, bigEndian = false, withSections = true } = options;
  const programEntries = segments.length + 2;
  const contentsAt = ELF_HEADER_SIZE + programEntries * ELF_SEGMENT_ENTRY_SIZE;
  const contents = Uint8Array.from(segments.flatMap(({ bytes }) => Array.from(bytes)));
  const sectionsAt = contentsAt + contents.length;

  const sections: number[][] = [[0, 0, 0, 0, 0, 0]];
  const program: number[][] = [];
  let offset = contentsAt;
  for (const { address, bytes, sections: parts = [[0, bytes.length]] } of segments) {
    // Virtual addresses are those of RAM, so that mistaking them for physical ones cannot go unseen.
    program.push([1, offset, 0x2000_0000, address, bytes.length, bytes.length + 4]);
    for (const [start, end] of parts) sections.push([0, 1, 2, 0x2000_0000, offset + start, end - start]);
    offset += bytes.length;
  }
  program.push([1, 0, 0x1000_0000, 0x1000_0000, 0, 0x800]);
  program.push([0x7000_0001, contentsAt, 0x0800_0000, 0x0900_0000, 8, 8]);
  sections.push([0, 8, 3, 0x1000_0000, contentsAt, 0x800], [0, 1, 0, 0, contentsAt, 4], [0, 1, 2, 0, 0, 0]);

  const sectionEntries = withSections ? sections.length : 0;
  const file = new Uint8Array(sectionsAt + sectionEntries * ELF_SECTION_ENTRY_SIZE);
  const view = new DataView(file.buffer);
  const little = !bigEndian;
  file.set([0x7f, 0x45, 0x4c, 0x46, fileClass, bigEndian ? 2 : 1, 1]);
  view.setUint16(16, kind, little);
  view.setUint16(18, machine, little);
  view.setUint32(28, ELF_HEADER_SIZE, little);
  view.setUint32(32, withSections ? sectionsAt : 0, little);
  view.setUint16(42, ELF_SEGMENT_ENTRY_SIZE, little);
  view.setUint16(44, programEntries, little);
  view.setUint16(46, ELF_SECTION_ENTRY_SIZE, little);
  view.setUint16(48, sectionEntries, little);
  const table = (rows: readonly number[][], at: number, size: number): void =>
    rows.forEach((row, index) =>
      row.forEach((word, field) => view.setUint32(at + index * size + field * 4, word, little)),
    );
  table(program, ELF_HEADER_SIZE, ELF_SEGMENT_ENTRY_SIZE);
  file.set(contents, contentsAt);
  if (withSections) table(sections, sectionsAt, ELF_SECTION_ENTRY_SIZE);
  return file;
}

/** A symbol as {@link elfWithSymbols} writes it; a defined function without anything else. */
export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size?: number;
  readonly type?: number;
  readonly section?: number;
}

/** An ELF file with nothing but a symbol table (section 1) and the names for it (section 2). */
export function elfWithSymbols(symbols: readonly ElfSymbol[], namesSection = 2): Uint8Array {
  const texts = ['', ...symbols.map(({ name }) => name)].map((text) => fromLatin1(`${text}\0`));
  const names = Uint8Array.from(texts.flatMap((text) => Array.from(text)));
  const symbolsAt = ELF_HEADER_SIZE;
  const namesAt = symbolsAt + 16 * symbols.length;
  const sectionsAt = namesAt + names.length;
  const file = new Uint8Array(sectionsAt + 3 * ELF_SECTION_ENTRY_SIZE);
  const view = new DataView(file.buffer);
  file.set(elf([], { withSections: false }).subarray(0, ELF_HEADER_SIZE));
  view.setUint16(44, 0, true);
  view.setUint32(32, sectionsAt, true);
  view.setUint16(48, 3, true);
  let nameAt = 1;
  symbols.forEach(({ name, value, size = 0, type = 2, section = 1 }, index) => {
    const at = symbolsAt + 16 * index;
    [nameAt, value, size].forEach((word, field) => view.setUint32(at + 4 * field, word, true));
    view.setUint8(at + 12, 0x10 | type);
    view.setUint16(at + 14, section, true);
    nameAt += name.length + 1;
  });
  file.set(names, namesAt);
  const rows = [
    [2, symbolsAt, 16 * symbols.length, namesSection],
    [3, namesAt, names.length, 0],
  ] as const;
  rows.forEach(([type, offset, size, link], index) => {
    const at = sectionsAt + (index + 1) * ELF_SECTION_ENTRY_SIZE;
    view.setUint32(at + 4, type, true);
    view.setUint32(at + 16, offset, true);
    view.setUint32(at + 20, size, true);
    view.setUint32(at + 24, link, true);
  });
  return file;
}

/** The pieces that the linker puts into the flash for an image: vectors, code, `.crcinfo`; not the gaps between. */
export function linkedSegments(image: Uint8Array, codeEnd: number): FlashSegment[] {
  const piece = (start: number, end: number): FlashSegment => ({
    address: FLASH_ADDRESS + start,
    bytes: image.slice(start, end),
  });
  return [
    piece(0, EEPROM_OFFSET),
    piece(EEPROM_END_OFFSET, codeEnd),
    piece(image.length - CRC_INFO_SIZE, image.length),
  ];
}
