// A decoded instruction, 8 bytes: operation, size in bytes, four times Rd, four times Rn, and a word that holds an
// immediate (or an absolute address), or four times Rm, a shift and four times Ra in its bytes. Registers are kept
// times four because that is their offset in memory.

/** What an instruction does. "s" at the end of the first word: it sets the flags. */
export const enum Op {
  undecoded,
  nop,
  undefined,
  noCoprocessor,
  movImm,
  movsImm,
  movReg,
  movsReg,
  movt,
  mvnReg,
  mvnsReg,
  addImm,
  addsImm,
  subsImm,
  rsbImm,
  rsbsImm,
  andImm,
  bicImm,
  orrImm,
  eorImm,
  cmpImm,
  cmnImm,
  tstImm,
  addReg,
  subReg,
  rsbReg,
  adcReg,
  sbcReg,
  andReg,
  bicReg,
  orrReg,
  eorReg,
  addsReg,
  subsReg,
  adcsReg,
  sbcsReg,
  andsReg,
  bicsReg,
  orrsReg,
  eorsReg,
  cmpReg,
  cmnReg,
  tstReg,
  lslImm,
  lsrImm,
  asrImm,
  lslsImm,
  lsrsImm,
  asrsImm,
  lslReg,
  lsrReg,
  asrReg,
  rorReg,
  shiftsReg,
  sxtb,
  sxth,
  uxtb,
  uxth,
  ubfx,
  sbfx,
  bfi,
  clz,
  rbit,
  rev,
  rev16,
  revsh,
  mul,
  muls,
  mla,
  mls,
  umull,
  smull,
  umlal,
  smlal,
  udiv,
  sdiv,
  ldrLiteral,
  ldrImm,
  ldrbImm,
  ldrhImm,
  ldrsbImm,
  ldrshImm,
  strImm,
  strbImm,
  strhImm,
  ldrReg,
  ldrbReg,
  ldrhReg,
  ldrsbReg,
  ldrshReg,
  strReg,
  strbReg,
  strhReg,
  push,
  pop,
  ldm,
  stm,
  ldrd,
  strd,
  b,
  branchSelf,
  beq,
  bne,
  bcs,
  bcc,
  bmi,
  bpl,
  bvs,
  bvc,
  bhi,
  bls,
  bge,
  blt,
  bgt,
  ble,
  bl,
  bx,
  blx,
  cbz,
  cbnz,
  tbb,
  tbh,
  tableAt,
  it,
  cps,
  svc,
  bkpt,
  wide,
  vldr,
  vstr,
  vldrLiteral,
  vadd,
  vsub,
  vmul,
  vnmul,
  vdiv,
  vfma,
  vfms,
  vfnma,
  vfnms,
  vmla,
  vmls,
  vnmla,
  vnmls,
  vmov,
  vmovImm,
  vabs,
  vneg,
  vsqrt,
  vcmp,
  vcmpZero,
  vmrsFlags,
  vmovToCore,
  vmovFromCore,
  vcvtToS32,
  vcvtToU32,
  vcvtFromS32,
  vcvtFromU32,
  vldm,
  vstm,
  vfpWide,
}

/** Writes a record with an immediate. */
export function emit(record: usize, op: Op, size: u32, rd: u32, rn: u32, imm: u32): void {
  store<u8>(record, op);
  store<u8>(record, size, 1);
  store<u8>(record, rd << 2, 2);
  store<u8>(record, rn << 2, 3);
  store<u32>(record, imm, 4);
}

/** An instruction that there is none of: it faults when it is executed. */
export function emitUndefined(record: usize, size: u32, code: u32): void {
  emit(record, Op.undefined, size, 0, 0, code);
}

/** Writes a record with Rm, a shift by `amount` and a fourth register. */
export function emitReg(
  record: usize,
  op: Op,
  size: u32,
  rd: u32,
  rn: u32,
  rm: u32,
  amount: u32,
  ra: u32,
): void {
  emit(record, op, size, rd, rn, (rm << 2) | (amount << 8) | (ra << 18));
}

export function opOf(record: usize): i32 {
  return load<u8>(record);
}

export function sizeOf(record: usize): u32 {
  return load<u8>(record, 1);
}

export function rd4(record: usize): u32 {
  return load<u8>(record, 2);
}

export function rn4(record: usize): u32 {
  return load<u8>(record, 3);
}

export function imm(record: usize): u32 {
  return load<u32>(record, 4);
}

export function rm4(record: usize): u32 {
  return load<u8>(record, 4);
}

export function amount(record: usize): u32 {
  return load<u8>(record, 5);
}

export function ra4(record: usize): u32 {
  return load<u8>(record, 6);
}
