import { clearQueue, putByte, Queue, queueFree, queueLength, takeByte } from './queues';
import { now } from './time';
import {
  ENUMDNE,
  finishIn,
  inByte,
  inSize,
  isOutReady,
  outRoom,
  signal,
  takeOutRoom,
  updateUsb,
  USBRST,
} from './usb';
import { clearUsbFifo, isFifoEmpty, PacketStatus, pushData, pushStatus } from './usbFifo';
import { word } from './shadow';

// The host at the other end of the USB cable: enumerates a CDC device as an operating system would, then turns its
// bulk endpoint 1 into a stream of bytes.

const GAHBCFG: u32 = 0x50000008;
const GCCFG: u32 = 0x50000038;
const PWRDWN: u32 = 1 << 16;
/** VBUSBSEN, or NOVBUSSENS on boards that do not look at the supply. */
const SENSES: u32 = (1 << 19) | (1 << 21);
const DEBOUNCE_NS: i64 = 100_000_000;
const RESET_NS: i64 = 20_000_000;
const SETTLE_NS: i64 = 5_000_000;
const CONTROL_LIMIT_NS: i64 = 500_000_000;
const POLL_NS: i64 = 250_000;
const ENUMERATION_POLL_NS: i64 = 1_000_000;
/** Nothing to do until the device changes something. */
const DETACHED_POLL_NS: i64 = 10_000_000;
const PACKET: u32 = 64;
const DATA_ENDPOINT: u32 = 1;

const enum Stage {
  detached,
  debounce,
  reset,
  settle,
  request,
  waitIn,
  waitStatus,
  configured,
}

@unmanaged
class Host {
  stage: u32;
  step: u32;
  until: i64;
}
const host: Host = changetype<Host>(0x1ef40);

/** True while the device is switched on and looks for the supply of a host. */
export function isPoweredUp(coreConfiguration: u32): bool {
  return (coreConfiguration & PWRDWN) !== 0 && (coreConfiguration & SENSES) !== 0;
}

/** True when the device can be talked to. */
export function isUsbConfigured(): bool {
  return host.stage === Stage.configured;
}

/** The device has left the cable: what was under way is lost. */
export function hostDetached(): void {
  host.stage = Stage.detached;
  clearQueue(Queue.usbIn);
}

function enter(stage: u32, duration_ns: i64): void {
  host.stage = stage;
  host.until = now() + duration_ns;
}

/** One look at the device; nanoseconds until the next. */
export function pollHost(): i64 {
  const isDue = now() >= host.until;
  switch (host.stage) {
    case Stage.detached:
      // Interrupts are masked now and then later on, but have to be on to begin with.
      if (!isPoweredUp(word(GCCFG)) || (word(GAHBCFG) & 1) === 0) return DETACHED_POLL_NS;
      enter(Stage.debounce, DEBOUNCE_NS);
      break;
    case Stage.debounce:
      if (isDue) {
        clearUsbFifo();
        signal(USBRST);
        enter(Stage.reset, RESET_NS);
      }
      break;
    case Stage.reset:
      if (isDue) {
        signal(ENUMDNE);
        enter(Stage.settle, SETTLE_NS);
      }
      break;
    case Stage.settle:
      if (isDue) {
        host.step = 0;
        host.stage = Stage.request;
      }
      break;
    case Stage.request:
      sendRequest();
      enter(Stage.waitIn, CONTROL_LIMIT_NS);
      break;
    case Stage.waitIn:
      if (isDue) enter(Stage.debounce, DEBOUNCE_NS);
      break;
    case Stage.waitStatus:
      if (isOutReady(0)) {
        pushStatus(0, 0, PacketStatus.outComplete);
        updateUsb();
        nextRequest();
      } else if (isDue) enter(Stage.debounce, DEBOUNCE_NS);
      break;
    default:
      sendData();
      return POLL_NS;
  }
  return ENUMERATION_POLL_NS;
}

/** GET_DESCRIPTOR(device), SET_ADDRESS 1, SET_CONFIGURATION 1, SET_CONTROL_LINE_STATE(DTR, RTS). */
function sendRequest(): void {
  switch (host.step) {
    case 0:
      return sendSetup(0x01000680, 0x00120000);
    case 1:
      return sendSetup(0x00010500, 0);
    case 2:
      return sendSetup(0x00010900, 0);
    default:
      return sendSetup(0x00032221, 0);
  }
}

function sendSetup(first: u32, second: u32): void {
  pushStatus(0, 8, PacketStatus.setupData);
  pushData(first);
  pushData(second);
  pushStatus(0, 0, PacketStatus.setupComplete);
  updateUsb();
}

function nextRequest(): void {
  host.step++;
  if (host.step === 4) host.stage = Stage.configured;
  else host.stage = Stage.request;
}

/** The device has put all of a transfer into its FIFO. */
export function inTransferEnded(endpoint: u32): void {
  const size = inSize(endpoint);
  if (endpoint === 0) {
    finishIn(0);
    if (host.stage !== Stage.waitIn) return;
    // The descriptor is acknowledged by an empty packet the other way.
    if (host.step === 0) host.stage = Stage.waitStatus;
    else nextRequest();
    return;
  }
  if (endpoint === DATA_ENDPOINT && host.stage === Stage.configured) {
    // The host fetches no more than it has room for.
    if (queueFree(Queue.usbOut) < size) return;
    for (let index: u32 = 0; index < size; index++) putByte(Queue.usbOut, inByte(endpoint, index));
  }
  finishIn(endpoint);
}

/** The next packet for the device, when it has taken the one before and wants one. */
function sendData(): void {
  let bytes = queueLength(Queue.usbIn);
  if (bytes === 0 || !isFifoEmpty() || !isOutReady(DATA_ENDPOINT)) return;
  if (bytes > PACKET) bytes = PACKET;
  const room = outRoom(DATA_ENDPOINT);
  if (bytes > room) bytes = room;
  pushStatus(DATA_ENDPOINT, bytes, PacketStatus.outData);
  for (let index: u32 = 0; index < bytes; index += 4) {
    let data: u32 = 0;
    for (let byte: u32 = 0; byte < 4 && index + byte < bytes; byte++) {
      data |= takeByte(Queue.usbIn) << (byte << 3);
    }
    pushData(data);
  }
  takeOutRoom(DATA_ENDPOINT, bytes);
  if (bytes < PACKET || bytes === room) pushStatus(DATA_ENDPOINT, 0, PacketStatus.outComplete);
  updateUsb();
}
