import { ADC_BLOCK, readAdc, writeAdc } from './adc';
import { readCan, writeCan } from './can';
import { crcReset, feedCrc, readCrc } from './crc';
import { readDma, writeDma } from './dma';
import { readFlashRegister, writeFlashRegister } from './flash';
import { readGpio, writeGpio } from './gpio';
import { readI2c, writeI2c } from './i2c';
import { PERIPHERALS } from './layout';
import { readPower, readRcc, writeRcc } from './clocks';
import { setWord, shadow, word } from './shadow';
import { readSpi, writeSpi } from './spi';
import { readTimer, timerOfBlock, writeTimer } from './timers';
import { readUart, uartOfBlock, writeUart } from './uart';
import { readUsb, writeUsb } from './usb';
import { readWatchdog, writeWatchdog } from './watchdogs';

// Peripherals are told apart by their block of 1 KiB (RM0090, 2.3). What is not named here is storage.

const IWDG: u32 = 0x40003000;
const WWDG: u32 = 0x40002c00;
const RTC: u32 = 0x40002800;
const CAN1: u32 = 0x40006400;
const CAN2: u32 = 0x40006800;
const PWR: u32 = 0x40007000;
const EXTI: u32 = 0x40013c00;
const CRC: u32 = 0x40023000;
const RCC: u32 = 0x40023800;
const FLASH: u32 = 0x40023c00;
const DMA1: u32 = 0x40026000;
const DMA2: u32 = 0x40026400;
const RNG: u32 = 0x50060800;
const USB: u32 = 0x50000000;
const EXTI_PR: u32 = EXTI + 0x14;

/** Reset values that are not 0. */
export function resetShadows(): void {
  memory.fill(PERIPHERALS, 0, 0x100000);
  setWord(0x40020000, 0xa8000000); // GPIOA_MODER
  setWord(0x4002000c, 0x64000000); // GPIOA_PUPDR
  setWord(0x40020400, 0x00000280); // GPIOB_MODER
  setWord(0x4002040c, 0x00000100); // GPIOB_PUPDR
  setWord(RCC, 0x00000083);
  setWord(RCC + 4, 0x24003010);
}

function isGpio(block: u32): bool {
  return block - 0x40020000 < 0x2400;
}

function isSpi(block: u32): bool {
  return block === 0x40013000 || block === 0x40003800 || block === 0x40003c00;
}

function isI2c(block: u32): bool {
  return block - 0x40005400 < 0xc00;
}

/** The word at `address`, with the side effects of reading it. */
export function readPeripheral(address: u32): u32 {
  if (address - USB < 0x40000) return readUsb(address);
  const block = address & ~0x3ff;
  const offset = address & 0x3ff;
  if (isGpio(block)) return readGpio(block, offset);
  if (timerOfBlock(block) !== 0) return readTimer(timerOfBlock(block), address, offset);
  if (uartOfBlock(block) !== 0) return readUart(uartOfBlock(block), address, offset);
  if (isSpi(block)) return readSpi(address, offset);
  if (isI2c(block)) return readI2c(block, offset);
  switch (block) {
    case ADC_BLOCK:
      return readAdc(address, offset);
    case DMA1:
    case DMA2:
      return readDma(address);
    case FLASH:
      return readFlashRegister(address);
    case RCC:
      return readRcc(address, offset);
    case PWR:
      return readPower(address, offset);
    case CRC:
      return offset === 0 ? readCrc() : word(address);
    case IWDG:
    case WWDG:
      return readWatchdog(address);
    case CAN1:
    case CAN2:
      return readCan(block, offset);
    case RTC:
      // ISR: initialised, synchronised, all registers writable.
      return offset === 0x0c ? 0x77 : word(address);
    case RNG:
      return offset === 4 ? 1 : word(address);
    default:
      return word(address);
  }
}

/** Data registers take what was written as it is, and halves of BSRR do nothing to the other half. */
function isNeverMerged(block: u32, offset: u32): bool {
  if (isGpio(block)) return offset === 0x18;
  if (uartOfBlock(block) !== 0) return offset === 4;
  if (isSpi(block)) return offset === 0x0c;
  if (isI2c(block)) return offset === 0x10;
  // MSR, TSR, RF0R, RF1R: written ones act there.
  if (block === CAN1 || block === CAN2) return offset >= 0x04 && offset <= 0x10;
  // Written ones act there.
  return block === FLASH ? offset === 0x0c : isClearedByOne(block, offset);
}

function isClearedByOne(block: u32, offset: u32): bool {
  return (block === EXTI && offset === 0x14) || ((block === DMA1 || block === DMA2) && offset < 0x10);
}

/** Where written zeros clear. */
function isClearedByZero(block: u32, offset: u32): bool {
  if (timerOfBlock(block) !== 0) return offset === 0x10;
  return uartOfBlock(block) !== 0 && offset === 0;
}

/** A write of 1, 2 or 4 bytes. */
export function writePeripheral(address: u32, size: u32, value: u32): void {
  const at = address & ~3;
  const block = address & ~0x3ff;
  if (size === 4) return writeWord(at, block, value);
  const shift = (address & 3) << 3;
  const mask: u32 = ((1 << (size << 3)) - 1) << shift;
  let old = word(at);
  if (isNeverMerged(block, at & 0x3ff)) old = 0;
  else if (isClearedByZero(block, at & 0x3ff)) old = 0xffffffff;
  writeWord(at, block, (old & ~mask) | (value << shift));
}

function writeWord(address: u32, block: u32, value: u32): void {
  const offset = address & 0x3ff;
  if (address - USB < 0x40000) return writeUsb(address, value);
  if (isGpio(block)) return writeGpio(block, offset, value);
  if (timerOfBlock(block) !== 0) return writeTimer(timerOfBlock(block), address, offset, value);
  if (uartOfBlock(block) !== 0) return writeUart(uartOfBlock(block), address, offset, value);
  if (isSpi(block)) return writeSpi(address, offset, value);
  if (isI2c(block)) return writeI2c(block, offset, value);
  switch (block) {
    case ADC_BLOCK:
      return writeAdc(address, offset, value);
    case DMA1:
    case DMA2:
      return writeDma(address, value);
    case FLASH:
      return writeFlashRegister(address, value);
    case RCC:
      return writeRcc(address, offset, value);
    case CRC:
      if (offset === 0) feedCrc(value);
      else if (offset === 8) crcReset();
      else setWord(address, value);
      return;
    case IWDG:
    case WWDG:
      return writeWatchdog(address, value);
    case CAN1:
    case CAN2:
      return writeCan(block, offset, value);
    default:
      if (address === EXTI_PR) store<u32>(shadow(address), word(address) & ~value);
      else setWord(address, value);
  }
}
