import type { InstructionCase } from './instructionProgram';
import type { Random } from './random';

type Maker = (random: Random) => string;

const low = (random: Random): string => `r${random.between(2, 7)}`;
const any = (random: Random): string => `r${random.between(2, 12)}`;
const single = (random: Random): string => `s${random.between(0, 15)}`;
const shift = (random: Random): string => {
  const kind = random.pick(['lsl', 'lsr', 'asr', 'ror']);
  return `${kind} #${random.between(1, 31)}`;
};
const CONDITIONS = ['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le'];
const MODIFIED = [0, 1, 0xff, 0xab00ab, 0xab00ab00, 0xabababab, 0xff000000, 0x3fc00, 0x80000000, 0x1fe0];
const modified = (random: Random): string => `#${random.pick(MODIFIED)}`;
const suffix = (random: Random): string => random.pick(['', 's']);

/** Instructions of the form `name Rd, Rn, Rm`. */
function three(...names: readonly string[]): Maker[] {
  return names.map((name) => (r) => `${name} ${any(r)}, ${any(r)}, ${any(r)}`);
}

function two(...names: readonly string[]): Maker[] {
  return names.map((name) => (r) => `${name} ${any(r)}, ${any(r)}`);
}

function four(...names: readonly string[]): Maker[] {
  return names.map((name) => (r) => `${name} ${any(r)}, ${any(r)}, ${any(r)}, ${any(r)}`);
}

/** Two results: different registers. */
function long(...names: readonly string[]): Maker[] {
  return names.map((name) => (r) => {
    const first = r.between(2, 11);
    return `${name} r${first}, r${first + 1}, ${any(r)}, ${any(r)}`;
  });
}

const DATA_PROCESSING: readonly Maker[] = [
  ...['adds', 'subs'].map(
    (name): Maker =>
      (r) =>
        `${name} ${low(r)}, ${low(r)}, ${low(r)}`,
  ),
  ...['adds', 'subs', 'movs', 'cmp'].map(
    (name): Maker =>
      (r) =>
        `${name} ${low(r)}, #${r.between(0, 255)}`,
  ),
  ...['ands', 'eors', 'orrs', 'bics', 'adcs', 'sbcs', 'lsls', 'lsrs', 'asrs', 'rors'].map(
    (name): Maker =>
      (r) => {
        const rd = low(r);
        return `${name} ${rd}, ${rd}, ${low(r)}`;
      },
  ),
  ...['tst', 'cmn', 'cmp', 'mvns', 'negs'].map(
    (name): Maker =>
      (r) =>
        `${name} ${low(r)}, ${low(r)}`,
  ),
  ...['and', 'bic', 'orr', 'orn', 'eor', 'add', 'adc', 'sbc', 'sub', 'rsb'].flatMap((name): Maker[] => [
    (r) => `${name}${suffix(r)}.w ${any(r)}, ${any(r)}, ${modified(r)}`,
    (r) => `${name}${suffix(r)}.w ${any(r)}, ${any(r)}, ${any(r)}`,
    (r) => `${name}${suffix(r)}.w ${any(r)}, ${any(r)}, ${any(r)}, ${shift(r)}`,
    (r) => `${name}${suffix(r)}.w ${any(r)}, ${any(r)}, ${any(r)}, rrx`,
  ]),
  ...['tst', 'teq', 'cmn', 'cmp', 'mov', 'movs', 'mvn', 'mvns'].flatMap((name): Maker[] => [
    (r) => `${name}.w ${any(r)}, ${modified(r)}`,
    (r) => `${name}.w ${any(r)}, ${any(r)}`,
  ]),
  ...['lsl', 'lsr', 'asr', 'ror'].flatMap((name): Maker[] => [
    (r) => `${name}${suffix(r)}.w ${any(r)}, ${any(r)}, #${r.between(1, 31)}`,
    (r) => `${name}${suffix(r)}.w ${any(r)}, ${any(r)}, ${any(r)}`,
  ]),
  (r) => `movw ${any(r)}, #${r.between(0, 65535)}`,
  (r) => `movt ${any(r)}, #${r.between(0, 65535)}`,
  (r) => `addw ${any(r)}, ${any(r)}, #${r.between(0, 4095)}`,
  (r) => `subw ${any(r)}, ${any(r)}, #${r.between(0, 4095)}`,
  (r) => `adr ${any(r)}, .`,
  (r) => `add ${any(r)}, ${any(r)}`,
  ...['ubfx', 'sbfx', 'bfi'].map((name): Maker => (r) => {
    const at = r.between(0, 31);
    return `${name} ${any(r)}, ${any(r)}, #${at}, #${r.between(1, 32 - at)}`;
  }),
  (r) => `bfc ${any(r)}, #${r.between(0, 15)}, #${r.between(1, 16)}`,
  ...two('clz', 'rbit', 'rev', 'rev16', 'revsh', 'sxtb', 'sxth', 'uxtb', 'uxth', 'rev.w', 'sxtb16', 'uxtb16'),
  ...['sxtb', 'uxth', 'sxth'].map(
    (name): Maker =>
      (r) =>
        `${name} ${any(r)}, ${any(r)}, ror #${r.pick([8, 16, 24])}`,
  ),
];

const MULTIPLICATION: readonly Maker[] = [
  (r) => {
    const rd = low(r);
    return `muls ${rd}, ${low(r)}, ${rd}`;
  },
  ...three('mul', 'udiv', 'sdiv'),
  ...three('smulbb', 'smultb', 'smulwb', 'smulwt', 'smuad', 'smuadx', 'smusd', 'smmul', 'smmulr', 'usad8'),
  ...four(
    'mla',
    'mls',
    'smlabb',
    'smlatt',
    'smlawb',
    'smlad',
    'smladx',
    'smlsd',
    'smmla',
    'smmlsr',
    'usada8',
  ),
  ...long('umull', 'smull', 'umlal', 'smlal', 'umaal', 'smlalbb', 'smlaltb', 'smlald', 'smlaldx', 'smlsld'),
];

const DSP: readonly Maker[] = [
  ...['s', 'q', 'sh', 'u', 'uq', 'uh'].flatMap((kind) =>
    three(...['add8', 'add16', 'sub8', 'sub16', 'asx', 'sax'].map((name) => kind + name)),
  ),
  ...three('qadd', 'qsub', 'qdadd', 'qdsub', 'sel', 'uxtab', 'uxtah', 'sxtab', 'sxtah', 'sxtab16', 'uxtab16'),
  (r) => `pkhbt ${any(r)}, ${any(r)}, ${any(r)}, lsl #${r.between(1, 31)}`,
  (r) => `pkhtb ${any(r)}, ${any(r)}, ${any(r)}, asr #${r.between(1, 31)}`,
  (r) => `ssat ${any(r)}, #${r.between(1, 32)}, ${any(r)}, asr #${r.between(1, 31)}`,
  (r) => `usat ${any(r)}, #${r.between(0, 31)}, ${any(r)}, lsl #${r.between(1, 31)}`,
  (r) => `ssat16 ${any(r)}, #${r.between(1, 16)}, ${any(r)}`,
  (r) => `usat16 ${any(r)}, #${r.between(0, 15)}, ${any(r)}`,
];

/** r0 is the middle of the memory that may be changed, r1 a small offset. */
const MEMORY: readonly Maker[] = [
  ...['ldr', 'ldrb', 'ldrh', 'ldrsb', 'ldrsh', 'str', 'strb', 'strh'].flatMap((name): Maker[] => [
    (r) => `${name} ${low(r)}, [r0, #${r.between(0, 7) * 4}]`,
    (r) => `${name} ${low(r)}, [r0, r1]`,
    (r) => `${name}.w ${any(r)}, [r0, #${r.between(0, 30)}]`,
    (r) => `${name}.w ${any(r)}, [r0, #-${r.between(1, 15)}]`,
    (r) => `${name}.w ${any(r)}, [r0, r1, lsl #${r.between(0, 0)}]`,
    (r) => `${name} ${any(r)}, [r0], #${r.between(-40, 40)}`,
    (r) => `${name} ${any(r)}, [r0, #${r.between(-12, 24)}]!`,
  ]),
  (r) => `ldrd r${r.between(1, 5) * 2}, r11, [r0, #${r.between(0, 5) * 4}]`,
  (r) => `strd r${r.between(1, 5) * 2}, r11, [r0], #${r.between(-5, 5) * 4}`,
  (r) => `ldrd r${r.between(1, 5) * 2}, r11, [r0, #-8]!`,
  () => 'ldm r0!, {r2, r5, r9}',
  () => 'ldm r0, {r0, r3, r4}',
  () => 'stm r0!, {r2, r5, r9, r12}',
  () => 'stmdb r0!, {r2, r5, r9}',
  () => 'ldmdb r0, {r2, r5, r9}',
  () => 'push {r2, r3, r9}; pop {r4, r5, r10}',
  () => 'push {r2}; pop {r8}',
  () => 'ldrex r2, [r0]; strex r3, r4, [r0]; strex r5, r6, [r0]',
  () => 'ldrexb r2, [r0]; strexb r3, r4, [r0]',
  () => 'ldrexh r2, [r0]; clrex; strexh r3, r4, [r0]',
  () => 'vldr s3, [r0, #8]; vstr s4, [r0, #-4]',
  () => 'vldr d1, [r0, #8]; vstr d2, [r0, #-8]',
  () => 'vldm r0!, {s4-s7}; vstmdb r0!, {s1-s3}',
  () => 'vpush {s0-s3}; vpop {s8-s11}',
  () => 'vldmdb r0!, {d2-d3}',
  () => 'ldr r2, 1f; b 2f; .align 2; 1: .word 0x12345678; 2: nop',
  () => 'ldrd r2, r3, 1f; b 2f; .align 2; 1: .word 0x12345678, 0x9abcdef0; 2: nop',
  () => 'vldr s5, 1f; b 2f; .align 2; 1: .word 0x40490fdb; 2: nop',
];

const BRANCHES: readonly Maker[] = [
  ...CONDITIONS.flatMap((condition): Maker[] => [
    (r) => `b${condition} 1f; mvn ${any(r)}, #0; 1: nop`,
    (r) => `b${condition}.w 1f; mvn ${any(r)}, #0; 1: nop`,
    (r) => `it ${condition}; add${condition} ${low(r)}, ${low(r)}, ${low(r)}`,
  ]),
  ...['ite', 'itt', 'itet', 'ittee', 'itttt'].map((name): Maker => (r) => {
    const at = r.between(0, 6);
    const condition = CONDITIONS[at * 2]!;
    const other = CONDITIONS[at * 2 + 1]!;
    const lines = [...name.slice(1)].map((letter) => {
      const use = letter === 't' ? condition : other;
      const name = r.pick(['adds', 'cmp', 'movs', 'lsls', 'ands', 'subs']);
      if (name === 'cmp') return `cmp${use} ${low(r)}, #${r.between(0, 255)}`;
      if (name === 'movs') return `mov${use} ${low(r)}, #${r.between(0, 255)}`;
      const rd = low(r);
      return `${name.slice(0, -1)}${use} ${rd}, ${rd}, ${low(r)}`;
    });
    return [`${name} ${condition}`, ...lines].join('; ');
  }),
  (r) => `cbz ${low(r)}, 1f; mvn r9, #0; 1: nop`,
  (r) => `cbnz ${low(r)}, 1f; mvn r9, #0; 1: nop`,
  () => 'movs r2, #0; cbz r2, 1f; mvn r9, #0; 1: nop',
  () => 'movs r2, #1; tbb [pc, r2]; .byte 1, 2; mvn r9, #0; mvn r10, #0; nop',
  () => 'movs r2, #1; tbh [pc, r2, lsl #1]; .short 2, 3; mvn r9, #0; mvn r10, #0; nop',
  () => 'mov r3, lr; bl 1f; mvn r9, #0; b 2f; 1: mov r4, #7; bx lr; 2: mov lr, r3',
  () => 'mov r3, lr; adr r5, 1f; add r5, r5, #1; blx r5; b 2f; .align 2; 1: mov r4, #9; bx lr; 2: mov lr, r3',
  () => 'mov r2, #2; add pc, r2; mvn r9, #0; nop; nop',
  () => 'adr r2, 1f; mov pc, r2; mvn r9, #0; .align 2; 1: nop',
  () => 'mrs r2, PRIMASK; cpsid i; mrs r3, PRIMASK; cpsie i',
  () => 'mrs r2, BASEPRI; mrs r3, CONTROL; msr APSR_nzcvq, r4; mrs r5, APSR',
];

const FLOATS: readonly Maker[] = [
  ...['vadd', 'vsub', 'vmul', 'vnmul', 'vdiv', 'vmla', 'vmls', 'vnmla', 'vnmls'].map(
    (name): Maker =>
      (r) =>
        `${name}.f32 ${single(r)}, ${single(r)}, ${single(r)}`,
  ),
  ...['vsqrt', 'vabs', 'vneg', 'vmov'].map(
    (name): Maker =>
      (r) =>
        `${name}.f32 ${single(r)}, ${single(r)}`,
  ),
  (r) => `vmov.f32 ${single(r)}, #${r.pick(['1.0', '-0.125', '31.0', '0.1328125', '-2.5'])}`,
  (r) => `vcmp.f32 ${single(r)}, ${single(r)}; vmrs APSR_nzcv, fpscr`,
  (r) => `vcmpe.f32 ${single(r)}, #0.0; vmrs APSR_nzcv, fpscr`,
  ...['s32.f32', 'u32.f32', 'f32.s32', 'f32.u32'].map(
    (kind): Maker =>
      (r) =>
        `vcvt.${kind} ${single(r)}, ${single(r)}`,
  ),
  ...['s32', 'u32'].map(
    (kind): Maker =>
      (r) =>
        `vcvtr.${kind}.f32 ${single(r)}, ${single(r)}`,
  ),
  ...['s32', 'u32', 's16', 'u16'].flatMap((kind): Maker[] => [
    (r) => {
      const register = single(r);
      return `vcvt.${kind}.f32 ${register}, ${register}, #${r.between(1, 16)}`;
    },
    (r) => {
      const register = single(r);
      return `vcvt.f32.${kind} ${register}, ${register}, #${r.between(1, 16)}`;
    },
  ]),
  (r) => `vcvtb.f16.f32 ${single(r)}, ${single(r)}`,
  (r) => `vcvtt.f32.f16 ${single(r)}, ${single(r)}`,
  (r) => `vmov ${any(r)}, ${single(r)}; vmov ${single(r)}, ${any(r)}`,
  () => 'vmov r2, r3, s4, s5; vmov s8, s9, r6, r7',
  () => 'vmov r2, r3, d4; vmov d5, r6, r7',
  () => 'vmrs r2, fpscr; mov r3, #0x00c00000; vmsr fpscr, r3; vcvtr.s32.f32 s3, s4',
];

const FUSED: readonly Maker[] = ['vfma', 'vfms', 'vfnma', 'vfnms'].map(
  (name): Maker =>
    (r) =>
      `${name}.f32 ${single(r)}, ${single(r)}, ${single(r)}`,
);

/** `count` instructions of each class, with random registers and constants. */
export function instructionTexts(random: Random, count: number): InstructionCase[] {
  const make = (makers: readonly Maker[], share: number, plainFloats = false): InstructionCase[] =>
    makers.flatMap((maker) => {
      const texts = Array.from({ length: Math.max(1, Math.round(count * share)) }, () => maker(random));
      return [...new Set(texts)].map((text) => ({ text, ...(plainFloats ? { plainFloats } : {}) }));
    });
  return [
    ...make(DATA_PROCESSING, 0.5),
    ...make(MULTIPLICATION, 0.5),
    ...make(DSP, 0.4),
    ...make(MEMORY, 0.25),
    ...make(BRANCHES, 0.4),
    ...make(FLOATS, 1),
    ...make(FUSED, 3, true),
  ];
}
