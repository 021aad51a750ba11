import { VescError } from '../base/errors';
import {
  APP_ADDRESS,
  APP_SIZE,
  BOOTLOADER_ADDRESS,
  BOOTLOADER_SIZE,
  CCM_ADDRESS,
  CCM_SIZE,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  RAM_ADDRESS,
  RAM_SIZE,
} from './flashMap';

/** The first two words of every program: where its stack starts and where it starts itself. */
export interface VectorTable {
  readonly stackPointer: number;
  readonly resetVector: number;
}

/** Reads the two words; `undefined` when there are fewer than eight bytes. */
export function readVectors(bytes: Uint8Array): VectorTable | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { stackPointer: view.getUint32(0, true), resetVector: view.getUint32(4, true) };
}

/** True when a stack that grows down from `stackPointer` lies in RAM; it may start at the very end. */
export function isStackInRam(stackPointer: number): boolean {
  const within = (address: number, size: number): boolean =>
    stackPointer > address && stackPointer <= address + size;
  return within(RAM_ADDRESS, RAM_SIZE) || within(CCM_ADDRESS, CCM_SIZE);
}

/** True when `resetVector` is a Thumb address (odd) within `size` bytes from `address`. */
function startsWithin(resetVector: number, address: number, size: number): boolean {
  return resetVector % 2 === 1 && resetVector >= address && resetVector < address + size;
}

/** True for a program linked for the bootloader's sector. */
export function startsInBootloader(resetVector: number): boolean {
  return startsWithin(resetVector, BOOTLOADER_ADDRESS, BOOTLOADER_SIZE);
}

/** True for a program linked for the application area of `size` bytes; its settings sectors hold no code. */
export function startsInApp(resetVector: number, size = APP_SIZE): boolean {
  return (
    startsWithin(resetVector, APP_ADDRESS, size) &&
    !startsWithin(resetVector, APP_ADDRESS + EEPROM_OFFSET, EEPROM_END_OFFSET - EEPROM_OFFSET)
  );
}

/** What the first two words of an application speak against; `bytes` named `name`, for an area of `size` bytes. */
export function checkAppVectors(bytes: Uint8Array, name: string, size = APP_SIZE): VescError[] {
  const vectors = readVectors(bytes);
  if (vectors === undefined) return [];
  const { stackPointer, resetVector } = vectors;
  const found: VescError[] = [];
  if (!isStackInRam(stackPointer)) {
    found.push(new VescError('image-stack-pointer', { name, stackPointer }));
  }
  if (startsInBootloader(resetVector)) {
    found.push(new VescError('image-is-bootloader', { name }));
  } else if (!startsInApp(resetVector, size)) {
    found.push(new VescError('image-reset-vector', { name, resetVector, area: 'the application area' }));
  }
  return found;
}
