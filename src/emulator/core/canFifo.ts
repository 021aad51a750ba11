import { passFilters, REFUSED } from './canFilters';
import { fifo, FIFOS, MCR, RF0R, RFLM } from './canState';
import { setWord, word } from './shadow';

// The two receive FIFOs of a controller, three places each (RM0090, 32.7.3).

const PLACES: u32 = 3;
const PLACE_BYTES: usize = 16;
const FULL: u32 = 1 << 3;
const FOVR: u32 = 1 << 4;
const RFOM: u32 = 1 << 5;

function flag(block: u32, index: u32, flags: u32): void {
  const at = block + RF0R + (index << 2);
  setWord(at, word(at) | flags);
}

/** A frame arrives; filters decide where to. One that finds its FIFO full replaces the newest, or is lost (RFLM). */
export function storeFrame(block: u32, identifier: u32, length: u32, low: u32, high: u32): void {
  const passed = passFilters(block, identifier);
  if (passed === REFUSED) return;
  const index = passed >>> 8;
  let count = load<u32>(fifo(block, index));
  if (count === PLACES) {
    flag(block, index, FOVR);
    if ((word(block + MCR) & RFLM) !== 0) return;
    count--;
  }
  const place = fifo(block, index) + 4 + (count as usize) * PLACE_BYTES;
  store<u32>(place, identifier & ~1);
  store<u32>(place, (length & 15) | ((passed & 0xff) << 8), 4);
  store<u32>(place, low, 8);
  store<u32>(place, high, 12);
  store<u32>(fifo(block, index), count + 1);
  if (count + 1 === PLACES) flag(block, index, FULL);
}

/** RF0R or RF1R. */
export function readFifoState(block: u32, index: u32): u32 {
  return word(block + RF0R + (index << 2)) | load<u32>(fifo(block, index));
}

/** Written ones clear FULL and FOVR, and RFOM gives the oldest frame's place back. */
export function writeFifoState(block: u32, index: u32, value: u32): void {
  const at = block + RF0R + (index << 2);
  setWord(at, word(at) & ~(value & (FULL | FOVR)));
  const count = load<u32>(fifo(block, index));
  if ((value & RFOM) === 0 || count === 0) return;
  store<u32>(fifo(block, index), count - 1);
  memory.copy(fifo(block, index) + 4, fifo(block, index) + 4 + PLACE_BYTES, 2 * PLACE_BYTES);
  setWord(at, word(at) & ~FULL);
}

/** A word of the oldest frame of a FIFO. */
export function readFrame(block: u32, offset: u32): u32 {
  return load<u32>(fifo(block, (offset - FIFOS) >>> 4) + 4 + (offset & 15));
}
