import { VescError } from '../base/errors';
import { ByteReader, ByteWriter, EndOfPayload, fromLatin1 } from '../protocol/bytes';

/**
 * LispBM code as it is stored: the source with a NUL behind it, the number of its imports, a table of them (name,
 * offset, size), and their contents, each with a NUL behind it that counts as part of it. Offsets count from the
 * first byte of the source and are multiples of four, because what lies there may be run (facts 9.1).
 */

/** A file that a source imports, and the line that says so. */
export interface LispImport {
  /** Counted from 1. */
  readonly line: number;
  readonly path: string;
  /** What the source calls it. */
  readonly tag: string;
}

/** Reads the file that is imported as `path`, with `limit_B` bytes at the most; tells why it cannot. */
export type ReadImport = (
  path: string,
  limit_B: number,
) => Promise<Uint8Array | { readonly problem: string }>;

/** A file that lies behind a source. */
export interface PackedFile {
  readonly name: string;
  readonly content: Uint8Array;
}

const ALIGNMENT = 4;
/** The number of imports. */
const COUNT_B = 2;
/** Behind the name of each: the offset and the size. */
const NUMBERS_B = 8;
/** VESC Tool takes a higher number for damage. */
const MAX_IMPORTS = 499;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const IMPORT = /^ *\( *import /i;
/** Packages of VESC Tool's store are archives that VESC Tool downloads. */
const FROM_PACKAGE = /^pkg(?:::|@)/;

/**
 * The import lines of a source: `(import "path" 'tag)`, one a line, as VESC Tool reads them.
 * @param file what the source is called in errors
 * @throws VescError `lisp-import` for a line that imports and says not what or as what
 */
export function importsOf(source: string, file: string): LispImport[] {
  return source.split('\n').flatMap((text, index) => {
    if (!IMPORT.test(text)) return [];
    const line = index + 1;
    const [start, end] = [text.indexOf('"'), text.lastIndexOf('"')];
    const path = text.slice(start + 1, Math.max(end, start + 1));
    const [rest = ''] = text.slice(end + 1).split(';');
    const tag = rest.replace(/[\r ()']/g, '');
    if (start < 0 || path === '' || tag === '') {
      throw new VescError('lisp-import', { file, line, problem: `it has to be (import "path" 'tag)` });
    }
    return [{ line, path, tag }];
  });
}

/**
 * Puts a source and what it imports together.
 * @param limit_B the most that the controller can store; more is not read
 * @throws VescError `lisp-import`, `lisp-too-large`
 */
export async function packLisp(
  source: Uint8Array,
  { file, limit_B, read }: { readonly file: string; readonly limit_B: number; readonly read: ReadImport },
): Promise<Uint8Array> {
  const start = BYTE_ORDER_MARK.every((byte, at) => source[at] === byte) ? BYTE_ORDER_MARK.length : 0;
  const text = terminated(source.subarray(start));
  const imports = importsOf(new TextDecoder().decode(text.subarray(0, -1)), file);
  if (text.indexOf(0) < text.length - 1) {
    throw new VescError('file-unreadable', {
      path: file,
      reason: 'it is not text: there are NUL bytes in it',
    });
  }
  const tooLarge = (size_B: number): VescError => new VescError('lisp-too-large', { file, size_B, limit_B });
  if (text.length > limit_B) throw tooLarge(text.length);
  const files: PackedFile[] = [];
  let size_B = text.length;
  for (const { line, path, tag } of imports) {
    const refuse = (problem: string): VescError => new VescError('lisp-import', { file, line, problem });
    if (files.length === MAX_IMPORTS) throw refuse(`there are more than ${MAX_IMPORTS} imports`);
    if (FROM_PACKAGE.test(path)) {
      throw refuse('imports from VESC packages are not supported here; import a file instead');
    }
    const content = await read(path, limit_B);
    if ('problem' in content) throw refuse(`${path}: ${content.problem}`);
    size_B += content.length;
    if (size_B > limit_B) throw tooLarge(size_B);
    files.push({ name: tag, content });
  }
  const packed = pack(text, files);
  if (packed.length > limit_B) throw tooLarge(packed.length);
  return packed;
}

function pack(text: Uint8Array, files: readonly PackedFile[]): Uint8Array {
  const entries = files.map(({ name, content }) => ({
    name: terminated(new TextEncoder().encode(name)),
    content: new ByteWriter().bytes(content).u8(0).finish(),
  }));
  const table_B = entries.reduce((sum, { name }) => sum + name.length + NUMBERS_B, 0);
  const writer = new ByteWriter().bytes(text).i16(entries.length);
  const contents = new ByteWriter();
  let end = text.length + COUNT_B + table_B;
  for (const { name, content } of entries) {
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    writer.bytes(name).i32(offset).i32(content.length);
    contents.bytes(new Uint8Array(offset - end)).bytes(content);
    end = offset + content.length;
  }
  return writer.bytes(contents.finish()).finish();
}

/** What is stored, taken apart again. */
export interface UnpackedLisp {
  readonly source: Uint8Array;
  readonly files: readonly PackedFile[];
}

/** Takes stored code apart; what its table says of bytes that are not there is left out. */
export function unpackLisp(code: Uint8Array): UnpackedLisp {
  const end = code.indexOf(0);
  if (end < 0) return { source: code, files: [] };
  const source = code.subarray(0, end);
  const reader = new ByteReader(code, end + 1);
  const files: PackedFile[] = [];
  try {
    const number = reader.i16();
    if (number > MAX_IMPORTS) return { source, files };
    for (let i = 0; i < number; i++) {
      const name = new TextDecoder().decode(fromLatin1(reader.string()));
      const offset = reader.i32();
      const size_B = reader.i32() - 1;
      const isThere = offset > end && size_B >= 0 && offset + size_B <= code.length;
      if (isThere) files.push({ name, content: code.subarray(offset, offset + size_B) });
    }
  } catch (error) {
    // Code that somebody else stored may end behind its source.
    if (!(error instanceof EndOfPayload)) throw error;
  }
  return { source, files };
}

function terminated(text: Uint8Array): Uint8Array {
  return text.at(-1) === 0 ? text : new ByteWriter().bytes(text).u8(0).finish();
}
