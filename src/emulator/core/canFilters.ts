import { CAN1, FILTERS } from './canState';
import { word } from './shadow';

// The 28 filter banks, which both controllers share: CAN1 has those below CAN2SB, CAN2 the rest (RM0090, 32.7.4).

const FINIT: u32 = 1;
const MODES: u32 = 0x04;
const SCALES: u32 = 0x0c;
const ASSIGNMENTS: u32 = 0x14;
const ACTIVE: u32 = 0x1c;
const BANKS: u32 = 0x40;
const BANK_COUNT: u32 = 28;

/** No filter lets it pass. */
export const REFUSED: u32 = 0xffffffff;

function register(offset: u32): u32 {
  return word(CAN1 + FILTERS + offset);
}

function bit(offset: u32, bank: u32): u32 {
  return (register(offset) >>> bank) & 1;
}

/** The half-word that 16-bit filters compare. */
function narrow(identifier: u32): u32 {
  const remote = (identifier >>> 1) & 1;
  const extended = (identifier >>> 2) & 1;
  return ((identifier >>> 21) << 5) | (remote << 4) | (extended << 3) | ((identifier >>> 18) & 7);
}

/** The filter within a bank that lets `identifier` pass, or REFUSED. */
function matchInBank(bank: u32, identifier: u32): u32 {
  const first = register(BANKS + (bank << 3));
  const second = register(BANKS + (bank << 3) + 4);
  const isList = bit(MODES, bank) !== 0;
  if (bit(SCALES, bank) !== 0) {
    const id = identifier & ~1;
    if (!isList) return ((id ^ first) & second & ~1) === 0 ? 0 : REFUSED;
    if (id === (first & ~1)) return 0;
    return id === (second & ~1) ? 1 : REFUSED;
  }
  const id = narrow(identifier);
  if (!isList) {
    if (((id ^ first) & (first >>> 16) & 0xffff) === 0) return 0;
    return ((id ^ second) & (second >>> 16) & 0xffff) === 0 ? 1 : REFUSED;
  }
  if (id === (first & 0xffff)) return 0;
  if (id === first >>> 16) return 1;
  if (id === (second & 0xffff)) return 2;
  return id === second >>> 16 ? 3 : REFUSED;
}

/** How many filters a bank is, which is how far it moves the numbers of the next. */
function filtersInBank(bank: u32): u32 {
  return (bit(MODES, bank) !== 0 ? 2 : 1) << (1 - bit(SCALES, bank));
}

/**
 * Which FIFO takes a frame with `identifier` (bit 8), and the number of the filter that let it pass (bits 0 to 7), or
 * REFUSED. 32-bit filters go before 16-bit ones, lists before masks, lower numbers before higher ones.
 */
export function passFilters(block: u32, identifier: u32): u32 {
  const master = register(0);
  if ((master & FINIT) !== 0) return REFUSED;
  const split = (master >>> 8) & 0x3f;
  const from: u32 = block === CAN1 ? 0 : split;
  const to: u32 = block !== CAN1 || split > BANK_COUNT ? BANK_COUNT : split;
  let best: u32 = REFUSED;
  let bestRank: u32 = 0;
  let numbers0: u32 = 0;
  let numbers1: u32 = 0;
  for (let bank = from; bank < to; bank++) {
    const fifo = bit(ASSIGNMENTS, bank);
    const number = fifo === 0 ? numbers0 : numbers1;
    if (fifo === 0) numbers0 += filtersInBank(bank);
    else numbers1 += filtersInBank(bank);
    if (bit(ACTIVE, bank) === 0) continue;
    const rank: u32 = 1 + (bit(SCALES, bank) << 1) + bit(MODES, bank);
    if (rank <= bestRank) continue;
    const match = matchInBank(bank, identifier);
    if (match === REFUSED) continue;
    best = (fifo << 8) | (number + match);
    bestRank = rank;
  }
  return best;
}

/** Mode, scale and FIFO of a bank change only while FINIT is set; its values also while it is not active. */
export function mayWriteFilter(offset: u32): bool {
  if (offset === 0 || offset === ACTIVE || (register(0) & FINIT) !== 0) return true;
  return offset >= BANKS && bit(ACTIVE, (offset - BANKS) >>> 3) === 0;
}
