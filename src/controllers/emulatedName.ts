import { resolve } from 'node:path';
import { VescError } from '../base/errors';

const KEYS = ['bootloader', 'speed', 'uuid', 'uart', 'motor'] as const;

/** What stands behind `emu:`: what runs, and how. */
export interface EmulatedName {
  readonly image: string;
  readonly bootloader?: string;
  readonly speed?: number;
  readonly uuid?: string;
  readonly uart?: number;
  readonly motor?: string;
}

/**
 * Reads what comes behind `emu:`; paths are made absolute.
 * @throws VescError `usage` for a key or value that means nothing
 */
export function parseEmulatedName(name: string): EmulatedName {
  const [, ...rest] = name.split('?');
  // A plus means itself: paths have it.
  const parameters = new URLSearchParams(rest.join('?').replaceAll('+', '%2B'));
  for (const key of parameters.keys()) {
    if (parameters.getAll(key).length > 1) {
      throw new VescError('usage', { problem: `emu: takes ${key} once.` });
    }
    if (!(KEYS as readonly string[]).includes(key)) {
      const problem = `emu: knows ${KEYS.join(', ')}, but not "${key}". A ? in the path of the image is written %3F.`;
      throw new VescError('usage', { problem });
    }
  }
  const [bootloader, speed, uuid, uart, motor] = KEYS.map((key) => parameters.get(key) ?? undefined);
  return {
    image: resolve(imageInName(name)),
    ...(uuid === undefined ? {} : { uuid }),
    ...(bootloader === undefined ? {} : { bootloader: resolve(bootloader) }),
    ...(speed === undefined ? {} : { speed: readNumber('speed', speed, 1000) }),
    ...(uart === undefined ? {} : { uart: readUart(uart) }),
    ...(motor === undefined ? {} : { motor }),
  };
}

/** The path of the image in what stands behind `emu:`, whatever else is there. */
export function imageInName(name: string): string {
  const [image = ''] = name.split('?', 1);
  return image.replace(ESCAPED, (_, more: string, mark: string) =>
    more === '' ? '?' : `%${more.slice(2)}${mark}`,
  );
}

/** What stands behind `emu:` for an image and how it is to run: {@link parseEmulatedName} reads it. */
export function formatEmulatedName(
  image: string,
  parameters: Readonly<Partial<Record<(typeof KEYS)[number], string>>> = {},
): string {
  const path = image.replace(ESCAPED, '%25$1$2').replaceAll('?', '%3F');
  const rest = Object.entries(parameters).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return rest.length === 0 ? path : `${path}?${rest.join('&')}`;
}

/**
 * A question mark in the path of an image, as it is written, and what had to be written in another way because it looks
 * like that: any other percent sign means itself.
 */
const ESCAPED = /%((?:25)*)(3F)/gi;

function readNumber(what: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= most) return value;
  throw new VescError('usage', { problem: `${what} takes a number from 0 to ${most}, not "${text}".` });
}

function readUart(text: string): number {
  const value = readNumber('uart', text, 6);
  if (Number.isInteger(value)) return value;
  throw new VescError('usage', { problem: `uart takes a whole number from 0 to 6, not "${text}".` });
}
