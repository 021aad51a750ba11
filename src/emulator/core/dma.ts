import { scheduleAdc } from './adc';
import { setLine } from './interrupts';
import { write8 } from './memory';
import { setWord, word } from './shadow';

// DMA1 and DMA2 (RM0090, 10). Transfers happen at once: ADC results with each sequence, SPI when the stream is
// switched on.

const DMA1: u32 = 0x40026000;
const DMA2: u32 = 0x40026400;
const EN: u32 = 1;
const HTIE: u32 = 1 << 3;
const TCIE: u32 = 1 << 4;
const CIRC: u32 = 1 << 8;
const HTIF: u32 = 1 << 4;
const TCIF: u32 = 1 << 5;
const ADC_STREAM: u32 = 4;

function streamAt(controller: u32, stream: u32): u32 {
  return controller + 0x10 + stream * 0x18;
}

function irqOf(controller: u32, stream: u32): u32 {
  if (controller === DMA1) return stream < 7 ? 11 + stream : 47;
  return stream < 5 ? 56 + stream : 63 + stream;
}

/** Where the flags of a stream begin in its status register. */
function flagShift(stream: u32): u32 {
  const place = stream & 3;
  return place < 2 ? place * 6 : 4 + place * 6;
}

function statusAt(controller: u32, stream: u32): u32 {
  return controller + (stream < 4 ? 0 : 4);
}

export function isAdcStreamOn(): bool {
  return (word(streamAt(DMA2, ADC_STREAM)) & EN) !== 0;
}

/** A whole sequence was written: half and all of the buffer are done. */
export function adcTransferred(): void {
  finish(DMA2, ADC_STREAM);
}

function finish(controller: u32, stream: u32): void {
  const status = statusAt(controller, stream);
  setWord(status, word(status) | ((HTIF | TCIF) << flagShift(stream)));
  updateLine(controller, stream);
}

function updateLine(controller: u32, stream: u32): void {
  const flags = word(statusAt(controller, stream)) >>> flagShift(stream);
  const control = word(streamAt(controller, stream));
  const high =
    ((flags & TCIF) !== 0 && (control & TCIE) !== 0) || ((flags & HTIF) !== 0 && (control & HTIE) !== 0);
  setLine(irqOf(controller, stream), high);
}

function updateLines(controller: u32): void {
  for (let stream: u32 = 0; stream < 8; stream++) updateLine(controller, stream);
}

export function readDma(address: u32): u32 {
  return word(address);
}

export function writeDma(address: u32, value: u32): void {
  const controller = address & ~0x3ff;
  const offset = address & 0x3ff;
  if (offset < 8) return;
  if (offset < 16) {
    const status = address - 8;
    setWord(status, word(status) & ~value);
    return updateLines(controller);
  }
  const wasOn = (word(address) & EN) !== 0;
  setWord(address, value);
  if ((offset - 0x10) % 0x18 !== 0) return;
  const stream = (offset - 0x10) / 0x18;
  if (!wasOn && (value & EN) !== 0 && isSpiData(word(address + 8))) exchange(controller, stream);
  updateLine(controller, stream);
  if (controller === DMA2 && stream === ADC_STREAM) scheduleAdc();
}

function isSpiData(address: u32): bool {
  return address === 0x4001300c || address === 0x4000380c || address === 0x40003c0c;
}

/** A transfer of SPI with nothing connected: ones come back. */
function exchange(controller: u32, stream: u32): void {
  const at = streamAt(controller, stream);
  const control = word(at);
  const isReading = ((control >>> 6) & 3) === 0;
  const bytes = (word(at + 4) & 0xffff) << ((control >>> 11) & 3);
  if (isReading) for (let index: u32 = 0; index < bytes; index++) write8(word(at + 0x0c) + index, 0xff);
  setWord(at + 4, 0);
  if ((control & CIRC) === 0) setWord(at, control & ~EN);
  finish(controller, stream);
}
