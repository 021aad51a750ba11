import { setLine } from './interrupts';
import { setWord, word } from './shadow';
import { now, schedule, TimedEvent } from './time';
import { clearUsbFifo, isStatusWaiting, nextStatus, popData, popStatus, PacketStatus } from './usbFifo';
import { hostDetached, inTransferEnded, isPoweredUp, pollHost } from './usbHost';

// The full-speed USB device (RM0090, 34), as far as a device with endpoints 0 to 3 uses it. The other side of the
// cable is usbHost.ts.

const BASE: u32 = 0x50000000;
const GAHBCFG: u32 = BASE + 0x008;
const GRSTCTL: u32 = BASE + 0x010;
const GINTSTS: u32 = BASE + 0x014;
const GINTMSK: u32 = BASE + 0x018;
const GRXSTSR: u32 = BASE + 0x01c;
const GRXSTSP: u32 = BASE + 0x020;
const GCCFG: u32 = BASE + 0x038;
const DSTS: u32 = BASE + 0x808;
const DIEPMSK: u32 = BASE + 0x810;
const DOEPMSK: u32 = BASE + 0x814;
const DAINT: u32 = BASE + 0x818;
const DAINTMSK: u32 = BASE + 0x81c;
const DIEPEMPMSK: u32 = BASE + 0x834;
const IN: u32 = BASE + 0x900;
const OUT: u32 = BASE + 0xb00;
const FIFOS: u32 = BASE + 0x1000;
/** What a host can set of GINTSTS: reset, enumeration done. */
export const USBRST: u32 = 1 << 12;
export const ENUMDNE: u32 = 1 << 13;
const RXFLVL: u32 = 1 << 4;
const IEPINT: u32 = 1 << 18;
const OEPINT: u32 = 1 << 19;
const EPENA: u32 = 1 << 31;
const EPDIS: u32 = 1 << 30;
const SNAK: u32 = 1 << 27;
const CNAK: u32 = 1 << 26;
const XFRC: u32 = 1;
const EPDISD: u32 = 2;
const STUP: u32 = 1 << 3;
const TXFE: u32 = 1 << 7;
const SIZE_MASK: u32 = 0x7ffff;
const ENDPOINTS: u32 = 4;
/** A bit for each OUT endpoint that takes data. */
const OUT_ARMED: usize = 0x1ef60;

export function resetUsb(): void {
  clearUsbFifo();
  hostDetached();
  store<u32>(OUT_ARMED, 0);
}

function inControl(endpoint: u32): u32 {
  return IN + (endpoint << 5);
}

function outControl(endpoint: u32): u32 {
  return OUT + (endpoint << 5);
}

/** True while the device takes data for an endpoint; then at most so many bytes. */
export function isOutReady(endpoint: u32): bool {
  return ((load<u32>(OUT_ARMED) >>> endpoint) & 1) !== 0;
}

/** The program arms an OUT endpoint by ending its NAK, whether or not it sets EPENA with it. */
function arm(endpoint: u32, on: bool): void {
  const bit: u32 = 1 << endpoint;
  store<u32>(OUT_ARMED, on ? load<u32>(OUT_ARMED) | bit : load<u32>(OUT_ARMED) & ~bit);
}

export function outRoom(endpoint: u32): u32 {
  return word(outControl(endpoint) + 0x10) & SIZE_MASK;
}

/** Counts off bytes of a packet that is on its way to the device. */
export function takeOutRoom(endpoint: u32, bytes: u32): void {
  const at = outControl(endpoint) + 0x10;
  setWord(at, (word(at) & ~SIZE_MASK) | (outRoom(endpoint) - bytes));
}

/** True while the device has a transfer to the host open; then the bytes that belong to it. */
export function isInStarted(endpoint: u32): bool {
  return (word(inControl(endpoint)) & EPENA) !== 0;
}

export function inSize(endpoint: u32): u32 {
  return word(inControl(endpoint) + 0x10) & SIZE_MASK;
}

/** The host has fetched all of a transfer. */
export function finishIn(endpoint: u32): void {
  const control = inControl(endpoint);
  setWord(control, word(control) & ~EPENA);
  setWord(control + 8, word(control + 8) | XFRC);
  setWord(control + 0x10, word(control + 0x10) & ~SIZE_MASK);
  updateUsb();
}

/** Sets a bit of GINTSTS that the host causes. */
export function signal(bit: u32): void {
  setWord(GINTSTS, word(GINTSTS) | bit);
  updateUsb();
}

/** GINTSTS shows what happens on the endpoints and in the FIFO besides its own bits. */
function interrupts(): u32 {
  const endpoints = endpointInterrupts() & word(DAINTMSK);
  return (
    word(GINTSTS) |
    (isStatusWaiting() ? RXFLVL : 0) |
    ((endpoints & 0xffff) !== 0 ? IEPINT : 0) |
    (endpoints >>> 16 !== 0 ? OEPINT : 0)
  );
}

function endpointInterrupts(): u32 {
  let bits: u32 = 0;
  for (let endpoint: u32 = 0; endpoint < ENDPOINTS; endpoint++) {
    const isEmpty = ((word(DIEPEMPMSK) >>> endpoint) & 1) !== 0 && isInStarted(endpoint);
    if ((word(inControl(endpoint) + 8) & word(DIEPMSK)) !== 0 || isEmpty) bits |= 1 << endpoint;
    if ((word(outControl(endpoint) + 8) & word(DOEPMSK)) !== 0) bits |= 1 << (endpoint + 16);
  }
  return bits;
}

export function updateUsb(): void {
  setLine(67, (word(GAHBCFG) & 1) !== 0 && (interrupts() & word(GINTMSK)) !== 0);
}

export function readUsb(address: u32): u32 {
  const offset = address - BASE;
  if (offset >= 0x1000) return popData();
  if (address >= IN && address < OUT) {
    const kind = offset & 0x1f;
    if (kind === 0x18) return 0x200;
    return kind === 8 ? word(address) | TXFE : word(address);
  }
  switch (address) {
    case GRSTCTL:
      return 0x80000000;
    case GINTSTS:
      return interrupts();
    case GRXSTSR:
      return nextStatus();
    case GRXSTSP:
      return takeStatus();
    case DSTS:
      return 6;
    case DAINT:
      return endpointInterrupts();
    default:
      return word(address);
  }
}

/** Takes an entry of the receive FIFO, with what its end means for the endpoint. */
function takeStatus(): u32 {
  const status = popStatus();
  const endpoint = status & 15;
  const control = outControl(endpoint);
  const kind = (status >>> 17) & 15;
  if (kind === PacketStatus.setupComplete) setWord(control + 8, word(control + 8) | STUP);
  else if (kind === PacketStatus.outComplete) {
    setWord(control, word(control) & ~EPENA);
    setWord(control + 8, word(control + 8) | XFRC);
    arm(endpoint, false);
  }
  updateUsb();
  return status;
}

export function writeUsb(address: u32, value: u32): void {
  if (address >= FIFOS) return writeFifo((address - FIFOS) >>> 12, value);
  if (address >= IN && address < IN + 0x80) writeEndpoint(address, value, true);
  else if (address >= OUT && address < OUT + 0x80) writeEndpoint(address, value, false);
  else if (address === GINTSTS) setWord(GINTSTS, word(GINTSTS) & ~value);
  else if (address === GRSTCTL) clearUsbFifo();
  else setWord(address, value);
  if (address === GCCFG) followCable();
  updateUsb();
}

function followCable(): void {
  if (!isPoweredUp(word(GCCFG))) hostDetached();
  else pollSoon();
}

/** Looks at the device again at once. */
export function pollSoon(): void {
  schedule(TimedEvent.usb, now());
}

function writeEndpoint(address: u32, value: u32, isIn: bool): void {
  const kind = address & 0x1f;
  if (kind === 8) return setWord(address, word(address) & ~value);
  if (kind !== 0) return setWord(address, value);
  const wasOpen = (word(address) & EPENA) !== 0;
  let control = value & ~(SNAK | CNAK | EPDIS);
  if (wasOpen && (value & EPDIS) === 0) control |= EPENA;
  if ((value & EPDIS) !== 0) {
    control &= ~EPENA;
    // Both directions tell it: EPDISD, and for OUT its older place, too.
    setWord(address + 8, word(address + 8) | EPDISD | (isIn ? 0 : 16));
  }
  setWord(address, control);
  if (!isIn && (value & (CNAK | EPDIS)) !== 0) arm((address - OUT) >>> 5, (value & EPDIS) === 0);
  if (isIn && !wasOpen && (control & EPENA) !== 0) startIn((address - IN) >>> 5);
}

function startIn(endpoint: u32): void {
  store<u32>(IN_FILLED + (endpoint << 2), 0);
}

// What the device has written of its transfer to the host, by endpoint: bytes so far, and the bytes.
const IN_FILLED: usize = 0x1f000;
const IN_BUFFERS: usize = 0x20000;
const IN_BUFFER_BYTES: u32 = 0x2000;

export function inFilled(endpoint: u32): u32 {
  return load<u32>(IN_FILLED + (endpoint << 2));
}

export function inByte(endpoint: u32, index: u32): u32 {
  return load<u8>(IN_BUFFERS + endpoint * IN_BUFFER_BYTES + index);
}

function writeFifo(endpoint: u32, value: u32): void {
  if (endpoint >= ENDPOINTS) return;
  const filled = inFilled(endpoint);
  if (filled > IN_BUFFER_BYTES - 4) return;
  store<u32>(IN_BUFFERS + endpoint * IN_BUFFER_BYTES + filled, value);
  store<u32>(IN_FILLED + (endpoint << 2), filled + 4);
}

/** The host looks at the device. */
export function usbDue(): void {
  const pause = pollHost();
  for (let endpoint: u32 = 0; endpoint < ENDPOINTS; endpoint++) {
    if (isInStarted(endpoint) && inFilled(endpoint) >= inSize(endpoint)) inTransferEnded(endpoint);
  }
  schedule(TimedEvent.usb, now() + pause);
}
