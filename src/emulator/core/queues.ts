import { QUEUES } from './layout';

// Rings of bytes between the controller and the host, which reads and writes them in the module's memory: a head (next
// byte to be read), a tail (next free place), both counting on without end, and 8192 bytes.

const RING_BYTES: u32 = 8192;
const RING_STRIDE: usize = 8 + 8192;

export const enum Queue {
  uartIn,
  uartOut,
  usbIn,
  usbOut,
  canIn,
  canOut,
  count,
}

function at(queue: u32): usize {
  return QUEUES + (queue as usize) * RING_STRIDE;
}

export function queueLength(queue: u32): u32 {
  return load<u32>(at(queue), 4) - load<u32>(at(queue));
}

export function queueFree(queue: u32): u32 {
  return RING_BYTES - queueLength(queue);
}

/** Appends a byte; one that finds no room is lost. */
export function putByte(queue: u32, byte: u32): void {
  const ring = at(queue);
  const tail = load<u32>(ring, 4);
  if (tail - load<u32>(ring) === RING_BYTES) return;
  store<u8>(ring + 8 + (tail & (RING_BYTES - 1)), byte);
  store<u32>(ring, tail + 1, 4);
}

/** The next byte; there must be one. */
export function takeByte(queue: u32): u32 {
  const ring = at(queue);
  const head = load<u32>(ring);
  store<u32>(ring, head + 1);
  return load<u8>(ring + 8 + (head & (RING_BYTES - 1)));
}

/** The 8 bytes from `offset` on behind the next one, the lowest first; they must be there. */
export function peekNumber(queue: u32, offset: u32): u64 {
  const ring = at(queue);
  const from = load<u32>(ring) + offset;
  let value: u64 = 0;
  for (let byte: u32 = 0; byte < 8; byte++) {
    value |= (load<u8>(ring + 8 + ((from + byte) & (RING_BYTES - 1))) as u64) << (byte << 3);
  }
  return value;
}

export function clearQueue(queue: u32): void {
  store<u32>(at(queue), load<u32>(at(queue), 4));
}
