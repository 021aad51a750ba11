import { SECTORS } from '../image/flashMap';
import { crc16 } from '../protocol/crc16';
import { atLeast, type Version } from '../protocol/version';
import type { Flash } from './flash';

/** Which code: each has a flash sector of its own, and both lie in the staging area (facts 3.1). */
export type CodeKind = 'lisp' | 'qml';

const LENGTH_LIMIT = 131_064;
const HEADER_LENGTH = 8;
const CRC_OFFSET = 4;
const FLAGS_OFFSET = 6;

/** LispBM or QML code in its flash sector (facts 9.1). */
export class CodeStore {
  private checked: { revision: number; length: number } | undefined;
  private readonly sector: (typeof SECTORS)[number];

  constructor(
    private readonly flash: Flash,
    kind: CodeKind,
    version: Version,
  ) {
    const qml = atLeast(version, 6, 0) ? 9 : 7;
    this.sector = SECTORS[kind === 'lisp' ? 10 : qml]!;
  }

  /** Length of the stored code behind its header; 0 when nothing valid is stored. */
  get length(): number {
    if (this.checked?.revision !== this.flash.revision) {
      this.checked = { revision: this.flash.revision, length: this.check() };
    }
    return this.checked.length;
  }

  /** A piece of the code; `undefined` when it would reach beyond the end. */
  read(offset: number, length: number): Uint8Array | undefined {
    if (offset < 0 || length < 0 || offset + length > this.length) return undefined;
    return this.flash.read(this.sector.address + HEADER_LENGTH + offset, length).slice();
  }

  /** Writes, header included in the counting. */
  write(offset: number, data: Uint8Array): ReturnType<Flash['program']> {
    return this.flash.program(this.sector.address + offset, data);
  }

  /** Erases the sector, if anything is in it. */
  erase(): ReturnType<Flash['erase']> {
    const { address, size_B, index } = this.sector;
    return this.flash.isErased(address, size_B) ? { ok: true, duration_ms: 0 } : this.flash.erase(index);
  }

  private check(): number {
    const bytes = this.flash.read(this.sector.address, this.sector.size_B);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = view.getUint32(0);
    if (length > LENGTH_LIMIT) return 0;
    return crc16(bytes, FLAGS_OFFSET, HEADER_LENGTH + length) === view.getUint16(CRC_OFFSET) ? length : 0;
  }
}
