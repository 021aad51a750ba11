import { readElfSections } from './elf';

const SYMBOL_TABLE = 2;
const ENTRY_SIZE = 16;
const KINDS: Readonly<Partial<Record<number, ElfSymbol['kind']>>> = { 1: 'variable', 2: 'function' };
const TYPE_MASK = 0xf;
const UNDEFINED_SECTION = 0;
/** In an address of code, bit 0 says Thumb and is no part of the address. */
const THUMB = 1;
/** The real firmware has about 6,000 functions. */
const MAX_SYMBOLS = 200_000;
const MAX_NAME = 200;

/** A function of a program. */
export interface FunctionSymbol {
  readonly name: string;
  /** Its first instruction. */
  readonly address: number;
  /** 0 where it is not known, as for handlers written in assembler. */
  readonly size_B: number;
}

/** The functions of a program by address, as its symbol table lists them. */
export class FunctionTable {
  private readonly functions: readonly FunctionSymbol[];

  constructor(functions: readonly FunctionSymbol[]) {
    this.functions = [...functions].sort((a, b) => a.address - b.address || b.size_B - a.size_B);
  }

  get size(): number {
    return this.functions.length;
  }

  /** The function that `address` lies in; undefined between functions and outside of them all. */
  at(address: number): FunctionSymbol | undefined {
    const code = (address & ~THUMB) >>> 0;
    let low = 0;
    let high = this.functions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.functions[middle]!.address <= code) low = middle + 1;
      else high = middle;
    }
    // Of several names of one function, the first one is meant.
    let found = this.functions[low - 1];
    while (found && this.functions[low - 2]?.address === found.address) found = this.functions[--low - 1];
    return found && (found.size_B === 0 || code < found.address + found.size_B) ? found : undefined;
  }

  /** The function of that name. */
  named(name: string): FunctionSymbol | undefined {
    return this.functions.find((each) => each.name === name);
  }
}

/** A function or a variable of a program. */
export interface ElfSymbol extends FunctionSymbol {
  readonly kind: 'function' | 'variable';
}

/**
 * Reads the functions of an ELF file; none when its symbols were stripped.
 * @throws VescError `image-elf-foreign`, `image-elf-damaged`
 */
export function readFunctions(bytes: Uint8Array, name: string): FunctionTable {
  const functions = readSymbols(bytes, name).filter(({ kind }) => kind === 'function');
  return new FunctionTable(functions.map(({ kind: _, ...each }) => each));
}

/**
 * Reads the functions and variables of an ELF file in the order of its table; none when its symbols were stripped.
 * @throws VescError `image-elf-foreign`, `image-elf-damaged`
 */
export function readSymbols(bytes: Uint8Array, name: string): ElfSymbol[] {
  const sections = readElfSections(bytes, name);
  // A program has one.
  const section = sections.find(({ type }) => type === SYMBOL_TABLE);
  if (!section) return [];
  const names = sections[section.link]?.bytes ?? new Uint8Array();
  const table = section.bytes;
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const count = Math.min(Math.floor(table.length / ENTRY_SIZE), MAX_SYMBOLS);
  const symbols: ElfSymbol[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * ENTRY_SIZE;
    const kind = KINDS[view.getUint8(at + 12) & TYPE_MASK];
    if (kind === undefined || view.getUint16(at + 14, true) === UNDEFINED_SECTION) continue;
    const value = view.getUint32(at + 4, true);
    symbols.push({
      name: textAt(names, view.getUint32(at, true)),
      kind,
      address: kind === 'function' ? (value & ~THUMB) >>> 0 : value,
      size_B: view.getUint32(at + 8, true),
    });
  }
  return symbols;
}

/** The text that begins at `offset`, up to its NUL. */
function textAt(bytes: Uint8Array, offset: number): string {
  const slice = bytes.subarray(offset, offset + MAX_NAME);
  const end = slice.indexOf(0);
  return String.fromCharCode(...slice.subarray(0, end < 0 ? slice.length : end));
}
