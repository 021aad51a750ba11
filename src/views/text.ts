import { localTime } from '../base/localTime';

/** Takes the place of a digit that is not there, exactly as wide as one. */
const FIGURE_SPACE = '\u2007';
/** Control characters, and those that turn the direction of writing or show nothing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const DEFAULT_LIMIT = 80;

/**
 * Text that a controller or a workspace made up, fit to be shown as one line: nothing in it is taken for an icon
 * (`$(…)`) or a link (`[…](…)`), nothing is invisible, and it is not longer than `limit`.
 */
export function plain(text: string, limit = DEFAULT_LIMIT): string {
  const line = text
    .replace(UNSEEN, ' ')
    .replaceAll('$(', '$ (')
    .replaceAll('](', '] (')
    .replace(/\s+/g, ' ')
    .trim();
  const letters = [...line];
  return letters.length > limit ? `${letters.slice(0, limit - 1).join('')}…` : line;
}

/** A number that takes `width` places whatever its value, so that a list of them does not jump about. */
export function fixed(value: number, digits: number, width: number): string {
  const text = Number.isFinite(value) ? value.toFixed(digits) : '–';
  return text.replace(/^-/, '−').padStart(width, FIGURE_SPACE);
}

/** `1 error`, `2 errors`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** `0.4 s`, `12 s`, `1 min 05 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** A moment of today as `10:32:05`, of another day as {@link localTime} gives it. */
export function timeOfDay(iso: string, today = new Date()): string {
  const time = new Date(iso);
  if (time.toDateString() !== today.toDateString()) return localTime(iso);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((value) => String(value).padStart(2, '0'))
    .join(':');
}

/** `FAULT_CODE_ABS_OVER_CURRENT` as people say it. */
export function shortFault(fault: string): string {
  return plain(fault.replace(/^FAULT_CODE_/, '').replaceAll('_', ' '));
}
