/**
 * LZO1X decompression, from the published description of the stream format. Rubbish in gives rubbish out, never an
 * error: the firmware ignores what its decompressor says (facts 3.5), so the output has always the length asked for.
 */

/** Instruction ranges, from the top: matches near by, within 16 KiB, within 48 KiB, and whatever the state says. */
const M2 = 64;
const M3 = 32;
const M4 = 16;
const M3_DISTANCE = 1;
const M4_DISTANCE = 0x4000;
const AFTER_LITERALS = 4;
/** The first byte above this starts with a literal run of its value less this. */
const FIRST_RUN = 17;

class Broken extends Error {}

class LzoDecoder {
  private read = 0;
  length = 0;

  constructor(
    private readonly stream: Uint8Array,
    private readonly output: Uint8Array,
  ) {}

  run(): void {
    let state = this.first();
    for (;;) {
      const instruction = this.byte();
      const next = this.step(instruction, state);
      if (next === undefined) return;
      state = next;
    }
  }

  private first(): number {
    const first = this.stream[this.read] ?? 0;
    if (first <= FIRST_RUN) return 0;
    this.read++;
    const run = first - FIRST_RUN;
    this.literals(run);
    return run >= AFTER_LITERALS ? AFTER_LITERALS : run;
  }

  /** Obeys one instruction; returns the next state (literals copied behind it), or `undefined` at the end. */
  private step(instruction: number, state: number): number | undefined {
    if (instruction >= M2) {
      const distance = (this.byte() << 3) + ((instruction >> 2) & 7) + 1;
      return this.match(distance, (instruction >> 5) + 1, instruction & 3);
    }
    if (instruction >= M3) {
      const length = this.count(instruction & 31, 31) + 2;
      const word = this.word();
      return this.match((word >> 2) + M3_DISTANCE, length, word & 3);
    }
    if (instruction >= M4) {
      const length = this.count(instruction & 7, 7) + 2;
      const word = this.word();
      const distance = M4_DISTANCE + ((instruction & 8) << 11) + (word >> 2);
      return distance === M4_DISTANCE ? undefined : this.match(distance, length, word & 3);
    }
    if (state === 0) {
      this.literals(this.count(instruction, 15) + 3);
      return AFTER_LITERALS;
    }
    const distance = (this.byte() << 2) + (instruction >> 2) + 1;
    if (state === AFTER_LITERALS) return this.match(distance + 0x800, 3, instruction & 3);
    return this.match(distance, 2, instruction & 3);
  }

  /** A count that does not fit its field goes on in zero bytes of 255 each. */
  private count(field: number, full: number): number {
    if (field !== 0) return field;
    let sum = full;
    for (;;) {
      const byte = this.byte();
      if (byte !== 0) return sum + byte;
      sum += 255;
    }
  }

  private match(distance: number, length: number, behind: number): number {
    if (distance > this.length) throw new Broken();
    for (let i = 0; i < length; i++) this.put(this.output[this.length - distance]!);
    this.literals(behind);
    return behind;
  }

  private literals(length: number): void {
    for (let i = 0; i < length; i++) this.put(this.byte());
  }

  private put(byte: number): void {
    if (this.length >= this.output.length) throw new Broken();
    this.output[this.length++] = byte;
  }

  private byte(): number {
    const byte = this.stream[this.read++];
    if (byte === undefined) throw new Broken();
    return byte;
  }

  private word(): number {
    return this.byte() | (this.byte() << 8);
  }
}

/** The `length` bytes that `stream` unpacks to; what a broken stream leaves unsaid is 0. */
export function decompressLzo(stream: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  try {
    new LzoDecoder(stream, output).run();
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
  }
  return output;
}
