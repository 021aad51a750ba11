import type { Random } from './random';

/** Instructions that are executed together, and which values they are given. */
export interface InstructionCase {
  readonly text: string;
  /** True when floats among the operands must not be NaN: the reference is not reliable there. */
  readonly plainFloats?: boolean;
}

/** Number of cases that are done, then a hash of the registers, flags and memory after each. */
export const RESULTS_ADDRESS = 0x2000_1000;
const SCRATCH = 0x2000_0100;
const DUMP = 0x2000_0200;
const SCRATCH_WORDS = 16;
/** Tables of operands, for each kind of case. */
const TABLES = 64;
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const FLOAT_EDGES = [
  0, 0x8000_0000, 0x3f80_0000, 0xbf80_0000, 0x7f80_0000, 0xff80_0000, 1, 0x7f7f_ffff, 0x0080_0000,
];
const NANS = [0x7fc0_1234, 0xffc0_0001, 0x7f80_0001];

/**
 * The assembly program that runs `cases` one after the other. Each finds r0 to r12, s0 to s15, the flags and 64 bytes
 * of memory at r0 (0x20000100 and up) filled from one of a number of tables; the program ends in a loop.
 */
export function casesProgram(cases: readonly InstructionCase[], random: Random): string {
  const blocks = cases.map(({ text, plainFloats }) => {
    const lines = text.split(';').map((line) => `  ${line.trim()}`);
    const first = plainFloats ? TABLES : 0;
    return [
      `  ldr r0, =table_${random.between(first, first + TABLES - 1)}`,
      '  bl prepare',
      ...lines,
      '  bl finish',
      '  .ltorg_skip',
    ].join('\n');
  });
  const tables = Array.from({ length: 2 * TABLES }, (_, index) => {
    return `table_${index}: .word ${table(index >= TABLES, random).join(', ')}`;
  });
  return `${HEAD}\n${blocks.join('\n').replaceAll('  .ltorg_skip', '  b 9f\n  .ltorg\n9:')}\n${TAIL}\n${tables.join('\n')}\n`;
}

function table(plainFloats: boolean, random: Random): string[] {
  const integer = (): number => (random.between(0, 2) === 0 ? random.pick(EDGES) : random.word());
  const float = (): number => {
    const kind = random.between(0, 9);
    if (kind < 2) return random.pick(FLOAT_EDGES);
    if (kind === 2 && !plainFloats) return random.pick(NANS);
    if (kind === 3) return random.word() & 0x807f_ffff;
    // Near 1, so that sums do not lose one side altogether.
    return ((random.word() & 0x807f_ffff) | (random.between(112, 140) << 23)) >>> 0;
  };
  const flags = (random.word() & 0xf800_0000) >>> 0;
  const ge = random.between(0, 15) << 16;
  const words = [
    (flags | ge) >>> 0,
    ...Array.from({ length: 16 }, float),
    ...Array.from({ length: SCRATCH_WORDS }, integer),
    SCRATCH + 16,
    random.between(0, 7) * 4,
    ...Array.from({ length: 11 }, integer),
  ];
  return words.map((word) => `0x${(word >>> 0).toString(16)}`);
}

const HEAD = `
  .syntax unified
  .thumb
  .text
  .word 0x20008000
  .word start + 1
  .rept 14
  .word trap + 1
  .endr
  .thumb_func
trap: b trap
  .thumb_func
  .global start
start:
  ldr r0, =0xe000ed88
  ldr r1, =0x00f00000
  str r1, [r0]
  dsb
  isb
  mov r1, #0
  vmsr fpscr, r1
  ldr r0, =${RESULTS_ADDRESS}
  str r1, [r0]
  b cases
  .ltorg
  .thumb_func
prepare:
  ldr r1, [r0], #4
  msr APSR_nzcvqg, r1
  vldm r0!, {s0-s15}
  mov r1, #0
  vmsr fpscr, r1
  ldr r1, =${SCRATCH}
  mov r2, #${SCRATCH_WORDS}
1: ldr r3, [r0], #4
  str r3, [r1], #4
  sub r2, r2, #1
  cmp r2, #0
  bne 1b
  sub r1, r0, #${(1 + 16 + SCRATCH_WORDS) * 4}
  ldr r1, [r1]
  mov r12, r0
  msr APSR_nzcvqg, r1
  ldm r12, {r0-r12}
  bx lr
  .ltorg
  .thumb_func
finish:
  push {r0-r12, lr}
  ldr r4, =${DUMP}
  mov r5, r4
  mrs r0, APSR
  ldr r1, =0xf80f0000
  and r0, r0, r1
  str r0, [r4], #4
  vmrs r0, fpscr
  and r0, r0, #0xf0000000
  str r0, [r4], #4
  vstm r4!, {s0-s15}
  mov r6, #0
2: ldr r0, [sp, r6]
  str r0, [r4], #4
  add r6, r6, #4
  cmp r6, #52
  bne 2b
  ldr r1, =${SCRATCH}
  mov r6, #${SCRATCH_WORDS}
3: ldr r0, [r1], #4
  str r0, [r4], #4
  sub r6, r6, #1
  cmp r6, #0
  bne 3b
  ldr r0, =0x811c9dc5
  ldr r1, =0x01000193
4: ldr r2, [r5], #4
  eor r0, r0, r2
  mul r0, r0, r1
  cmp r5, r4
  bne 4b
  ldr r1, =${RESULTS_ADDRESS}
  ldr r2, [r1]
  add r2, r2, #1
  str r2, [r1]
  add r1, r1, r2, lsl #2
  str r0, [r1]
  pop {r0-r12, pc}
  .ltorg
cases:`;

const TAIL = `
  b .
  .align 2`;
