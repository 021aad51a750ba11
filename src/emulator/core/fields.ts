// Where 32-bit instructions have the numbers of their registers (ARMv7-M ARM, A5.3).

export function fieldN(code: u32): u32 {
  return (code >>> 16) & 15;
}

export function fieldD(code: u32): u32 {
  return (code >>> 8) & 15;
}

/** Also Ra, and RdLo. */
export function fieldT(code: u32): u32 {
  return (code >>> 12) & 15;
}

export function fieldM(code: u32): u32 {
  return code & 15;
}
