import { VescError } from '../base/errors';
import type { FlashSegment } from './flashSegments';

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const HEADER_SIZE = 52;
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const ARM = 40;
const EXECUTABLE = 2;
const LOAD = 1;
const NO_BITS = 8;
const ALLOCATED = 2;
const ADDRESSES = 0x1_0000_0000;

/** Processors whose programs lie on the disks of people who build firmware. */
const PROCESSORS: Readonly<Record<number, string>> = {
  3: 'x86',
  62: 'x86-64',
  94: 'Xtensa (ESP32)',
  183: 'AArch64',
  243: 'RISC-V (VESC Express)',
};
/** Kinds of ELF files that are no finished program. */
const KINDS: Readonly<Record<number, string>> = {
  1: 'it is an object file, which was not linked yet',
  3: 'it is a shared or position-independent program',
  4: 'it is the memory of a crashed program',
};

/** True when `bytes` begins as every ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * What an ELF file puts into memory before the program starts, each piece at its physical (load) address. They are
 * parts of `bytes`, nothing is copied. Where the file tells its sections, the gaps between them are left out as
 * objcopy leaves them out; otherwise the segments count as they are.
 * @throws VescError `image-elf-foreign` for anything but a linked 32-bit Arm program, `image-elf-damaged`
 */
export function readElf(bytes: Uint8Array, name: string): FlashSegment[] {
  const { view, fail } = open(bytes, name);
  const segments = readSegments(view, fail);
  const sections = readSections(view, fail);
  const pieces = sections.length === 0 ? segments : sections.map((section) => place(section, segments, fail));
  return pieces.map(({ address, offset, size }) => ({
    address,
    bytes: bytes.subarray(offset, offset + size),
  }));
}

/** A section of any kind: symbols, texts, lines of the source. */
export interface ElfSection {
  readonly type: number;
  readonly bytes: Uint8Array;
  /** Number of the section that belongs to it, as the names do to symbols. */
  readonly link: number;
}

/**
 * All sections of a program, in the order that `link` counts in. They are parts of `bytes`; one without content in
 * the file is empty.
 * @throws VescError as {@link readElf}
 */
export function readElfSections(bytes: Uint8Array, name: string): ElfSection[] {
  const { view, fail } = open(bytes, name, 'elf');
  return entries(view, SECTION_TABLE, fail).map((entry) => {
    const type = view.getUint32(entry + 4, true);
    const offset = view.getUint32(entry + 16, true);
    const size = type === NO_BITS ? 0 : view.getUint32(entry + 20, true);
    if (offset + size > bytes.length) throw fail('a section lies behind its end');
    return { type, bytes: bytes.subarray(offset, offset + size), link: view.getUint32(entry + 24, true) };
  });
}

type Fail = (reason: string) => VescError;

function open(
  bytes: Uint8Array,
  name: string,
  wanted: 'image' | 'elf' = 'image',
): { view: DataView; fail: Fail } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail: Fail = (reason) => new VescError('image-elf-damaged', { name, reason });
  const isForeign = (reason: string): VescError =>
    new VescError('image-elf-foreign', { name, reason, wanted });
  if (!isElf(bytes)) throw isForeign('it is no ELF file at all');
  if (bytes.length < HEADER_SIZE) throw fail('it ends within its header');
  const foreign = foreignKind(view);
  if (foreign !== undefined) throw isForeign(foreign);
  return { view, fail };
}

/** Where a piece of content lies in the file; sizes and offsets in bytes. */
interface Piece {
  readonly offset: number;
  readonly size: number;
}

/** A piece and the physical address it is loaded to. */
interface LoadedPiece extends Piece {
  readonly address: number;
}

/** One of the two tables an ELF file has: where its header says so, and how long an entry has to be. */
interface Table {
  readonly title: string;
  /** Where the header keeps the offset of the table, the size of an entry, and the number of entries. */
  readonly fields: readonly [offset: number, entrySize: number, count: number];
  readonly entrySize: number;
  /** More are in no program; it keeps looking through them cheap. */
  readonly limit: number;
}

const PROGRAM_TABLE: Table = { title: 'program', fields: [28, 42, 44], entrySize: 32, limit: 64 };
const SECTION_TABLE: Table = { title: 'section', fields: [32, 46, 48], entrySize: 40, limit: 4096 };

/** The offset of every entry of `table`, all of which are inside of the file. */
function entries(view: DataView, table: Table, fail: Fail): number[] {
  const start = view.getUint32(table.fields[0], true);
  const entrySize = view.getUint16(table.fields[1], true);
  const count = view.getUint16(table.fields[2], true);
  if (count > table.limit) throw fail(`its ${table.title} table has ${count} entries`);
  if (count > 0 && entrySize !== table.entrySize) {
    throw fail(
      `the entries of its ${table.title} table have ${entrySize} bytes instead of ${table.entrySize}`,
    );
  }
  if (start + count * entrySize > view.byteLength) throw fail(`its ${table.title} table lies behind its end`);
  return Array.from({ length: count }, (_, index) => start + index * entrySize);
}

/** Throws when a piece is not in the file, or when all together are more than it holds. */
function checkPieces(pieces: readonly Piece[], view: DataView, fail: Fail): void {
  if (pieces.some(({ offset, size }) => offset + size > view.byteLength)) {
    throw fail('content that it lists lies behind its end');
  }
  // A few bytes must not stand for the same content again and again.
  if (pieces.reduce((sum, { size }) => sum + size, 0) > view.byteLength) {
    throw fail('it lists the same content several times');
  }
}

/** The segments that bring content; without content it is memory that the program clears by itself. */
function readSegments(view: DataView, fail: Fail): LoadedPiece[] {
  const segments: LoadedPiece[] = [];
  for (const entry of entries(view, PROGRAM_TABLE, fail)) {
    const offset = view.getUint32(entry + 4, true);
    const address = view.getUint32(entry + 12, true);
    const size = view.getUint32(entry + 16, true);
    const memorySize = view.getUint32(entry + 20, true);
    if (view.getUint32(entry, true) !== LOAD || size === 0) continue;
    if (size > memorySize) throw fail('a segment is larger in the file than in memory');
    if (address + size > ADDRESSES) throw fail('a segment runs over the last address');
    segments.push({ offset, size, address });
  }
  checkPieces(segments, view, fail);
  return segments;
}

/** The sections that bring content into memory. */
function readSections(view: DataView, fail: Fail): Piece[] {
  const sections: Piece[] = [];
  for (const entry of entries(view, SECTION_TABLE, fail)) {
    const type = view.getUint32(entry + 4, true);
    const flags = view.getUint32(entry + 8, true);
    const offset = view.getUint32(entry + 16, true);
    const size = view.getUint32(entry + 20, true);
    if (type === NO_BITS || (flags & ALLOCATED) === 0 || size === 0) continue;
    sections.push({ offset, size });
  }
  checkPieces(sections, view, fail);
  return sections;
}

/** Gives a section the physical address of its place in the segment that loads it. */
function place({ offset, size }: Piece, segments: readonly LoadedPiece[], fail: Fail): LoadedPiece {
  const segment = segments.find(
    (other) => offset >= other.offset && offset + size <= other.offset + other.size,
  );
  if (!segment) throw fail('a section belongs to no segment');
  return { offset, size, address: segment.address + offset - segment.offset };
}

/** Why it is no program for this controller; `undefined` when it may be one. */
function foreignKind(view: DataView): string | undefined {
  const isLittleEndian = view.getUint8(5) === LITTLE_ENDIAN;
  const kind = view.getUint16(16, isLittleEndian);
  const machine = view.getUint16(18, isLittleEndian);
  if (machine !== ARM) {
    return `it is made for ${PROCESSORS[machine] ?? `another processor (number ${machine})`}`;
  }
  if (view.getUint8(4) !== CLASS_32) return 'it is no 32-bit program';
  if (!isLittleEndian) return 'it is big-endian';
  return kind === EXECUTABLE ? undefined : (KINDS[kind] ?? `it is an ELF file of an unknown kind (${kind})`);
}
