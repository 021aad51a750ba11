import { formatVersion } from '../protocol/version';
import type { BootloaderKnowledge } from '../settings/controllerMemory';
import type { ControllerIdentity } from '../update/controllerIdentity';

/** What stands where a value is not known. */
export const UNKNOWN = '–';

const KILO = 1000;
const KIBI = 1024;

/** `512 B`, `37.4 KB`, `1.2 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < KILO) return `${Math.round(bytes)} B`;
  if (bytes < KILO * KILO) return `${(bytes / KILO).toFixed(1)} KB`;
  return `${(bytes / KILO / KILO).toFixed(1)} MB`;
}

/** Memory as linkers count it: `16.0 KiB`. */
export function memoryText(bytes: number): string {
  return bytes < KIBI ? `${bytes} B` : `${(bytes / KIBI).toFixed(1)} KiB`;
}

/** `12 ms`, `3.4 s`, `1 min 05 s`. */
export function durationText(duration_ms: number): string {
  if (duration_ms < KILO) return `${Math.round(duration_ms)} ms`;
  const seconds = duration_ms / KILO;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${(whole % 60).toString().padStart(2, '0')} s`;
}

/** `58 %`. */
export function percentText(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}

/** A number with its unit, or a dash when there is none. */
export function quantity(value: number | null | undefined, digits: number, unit = ''): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return UNKNOWN;
  return unit === '' ? value.toFixed(digits) : `${value.toFixed(digits)} ${unit}`;
}

/** `7.01 test 1 (no_limits), commit b9d287b3`. */
export function firmwareText(firmware: ControllerIdentity['firmware']): string {
  const name = firmware.name === '' ? '' : ` (${firmware.name})`;
  return `${formatVersion(firmware)}${name}${commitText(firmware.commit)}`;
}

/** The identity of a build as people compare it: its first digits. */
export function shortBuildId(buildId: string): string {
  return buildId.slice(0, 'vb1-'.length + 8);
}

function commitText(commit: string | undefined): string {
  if (commit === undefined) return '';
  const [hash = '', dirty] = commit.split('-');
  return `, commit ${hash.slice(0, 8)}${dirty === undefined ? '' : `-${dirty}`}`;
}

/** What is known of a bootloader, in words. */
export function bootloaderText(knowledge: BootloaderKnowledge): string {
  const since = knowledge.since === undefined ? '' : ` (${knowledge.since.slice(0, 10)})`;
  switch (knowledge.state) {
    case 'proven':
      return `works${knowledge.decompresses === true ? ', takes compressed images' : ''}${since}`;
    case 'answers':
      return `answers${since}`;
    case 'missing':
      return `missing${since}`;
    case 'suspect':
      return `an update did not go through it${since}`;
    case 'unknown':
      return 'not seen at work from here yet';
  }
}

/** A kind of hardware, in words. */
export function hardwareTypeText(type: ControllerIdentity['hardwareType']): string {
  return { vesc: 'motor controller', bms: 'VESC BMS', 'custom-module': 'module' }[type];
}
