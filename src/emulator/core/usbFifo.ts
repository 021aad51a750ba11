// The receive FIFO of the USB device: status words, and the data words that belong to them.

const STATUS_RING: usize = 0x1c000;
const DATA_RING: usize = 0x1d000;
/** Places in each ring. */
const STATUS_MASK: u32 = 255;
const DATA_MASK: u32 = 1023;

/** PKTSTS of GRXSTSP. */
export const enum PacketStatus {
  outData = 2,
  outComplete = 3,
  setupComplete = 4,
  setupData = 6,
}

@unmanaged
class Ends {
  statusHead: u32;
  statusTail: u32;
  dataHead: u32;
  dataTail: u32;
}
const ends: Ends = changetype<Ends>(0x1ef00);

export function clearUsbFifo(): void {
  ends.statusHead = ends.statusTail;
  ends.dataHead = ends.dataTail;
}

export function isStatusWaiting(): bool {
  return ends.statusHead !== ends.statusTail;
}

/** Nothing of an earlier packet is left. */
export function isFifoEmpty(): bool {
  return ends.statusHead === ends.statusTail && ends.dataHead === ends.dataTail;
}

export function pushStatus(endpoint: u32, bytes: u32, kind: u32): void {
  store<u32>(STATUS_RING + ((ends.statusTail & STATUS_MASK) << 2), endpoint | (bytes << 4) | (kind << 17));
  ends.statusTail++;
}

export function pushData(word: u32): void {
  store<u32>(DATA_RING + ((ends.dataTail & DATA_MASK) << 2), word);
  ends.dataTail++;
}

export function nextStatus(): u32 {
  return isStatusWaiting() ? load<u32>(STATUS_RING + ((ends.statusHead & STATUS_MASK) << 2)) : 0;
}

export function popStatus(): u32 {
  const status = nextStatus();
  if (isStatusWaiting()) ends.statusHead++;
  return status;
}

export function popData(): u32 {
  if (ends.dataHead === ends.dataTail) return 0;
  const word = load<u32>(DATA_RING + ((ends.dataHead & DATA_MASK) << 2));
  ends.dataHead++;
  return word;
}
