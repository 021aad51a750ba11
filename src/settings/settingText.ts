import { fieldRange, type SettingsField } from '../protocol/settings/settingsField';
import { storedValue } from '../protocol/settings/settingsLayout';

/** What a text says about a setting: its value, or why it is none. */
export type ReadSetting =
  | {
      readonly value: number;
      /** The field holds values in steps, and this one lay between two. */
      readonly rounded: boolean;
    }
  | { readonly problem: string };

const BYTE_MAX = 255;
const FLAG_DIGITS = 8;
/** A single-precision number is told from all others by nine digits. */
const SINGLE_DIGITS = 9;

/** The value of `field` as people read and write it, without its unit; enumerators by name. */
export function settingText({ meaning, wire }: SettingsField, value: number): string {
  switch (meaning.kind) {
    case 'bool':
      return value === 0 ? 'false' : value === 1 ? 'true' : String(value);
    case 'flags':
      return `0b${value.toString(2).padStart(FLAG_DIGITS, '0')}`;
    case 'enumeration':
      return meaning.enumerators.find((each) => each.value === value)?.name ?? String(value);
    case 'number':
      return wire === 'f32a' ? shortestSingle(value) : String(value);
  }
}

/** With the unit behind it, where it has one. */
export function settingTextWithUnit(field: SettingsField, value: number): string {
  return field.unit === undefined ? settingText(field, value) : `${settingText(field, value)} ${field.unit}`;
}

/** The same for scripts: a number, `true` or `false`, the name of an enumerator. */
export function settingJson(field: SettingsField, value: number): number | boolean | string {
  const text = settingText(field, value);
  if (text === 'true' || text === 'false') return text === 'true';
  return field.meaning.kind === 'flags' || Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Reads what {@link settingText} writes, a unit behind it or not; numbers also as `0x1f` or `0b101`. */
export function readSetting(field: SettingsField, text: string): ReadSetting {
  const bare = withoutUnit(field, text.trim());
  if (bare === '') return { problem: `${field.name} has no value` };
  const { meaning } = field;
  if (meaning.kind === 'bool' && (bare === 'true' || bare === 'false')) {
    return { value: bare === 'true' ? 1 : 0, rounded: false };
  }
  const named =
    meaning.kind === 'enumeration' ? meaning.enumerators.find(({ name }) => name === bare) : undefined;
  if (named) return { value: named.value, rounded: false };
  return readNumber(field, bare);
}

function readNumber(field: SettingsField, text: string): ReadSetting {
  const { meaning, name } = field;
  const number = Number(text);
  if (meaning.kind !== 'number') {
    const fits = Number.isInteger(number) && number >= 0 && number <= BYTE_MAX;
    return fits
      ? { value: number, rounded: false }
      : { problem: `${name} is ${wanted(field)}, not "${text}"` };
  }
  if (!Number.isFinite(number)) return { problem: `${name} is ${wanted(field)}, not "${text}"` };
  const value = storedValue(field, number);
  if (value === undefined) return { problem: `${name} holds ${rangeText(field)}, not ${text}` };
  const { step } = fieldRange(field);
  return { value, rounded: step !== undefined && settingText(field, value) !== String(number) };
}

function wanted({ meaning, unit }: SettingsField): string {
  switch (meaning.kind) {
    case 'bool':
      return 'true or false';
    case 'flags':
      return 'eight bits, as 0b00000101';
    case 'enumeration':
      return `one of ${meaning.enumerators.map(({ name }) => name).join(', ')}`;
    case 'number':
      return unit === undefined ? 'a number' : `a number in ${unit}`;
  }
}

/** What a field can hold, for people. */
export function rangeText(field: SettingsField): string {
  const { min, max, step } = fieldRange(field);
  if (step === undefined) return 'numbers of single precision';
  const ends = `${settingText(field, min)} to ${settingText(field, max)}`;
  return step === 1 ? `whole numbers from ${ends}` : `${ends} in steps of ${step}`;
}

function withoutUnit({ unit }: SettingsField, text: string): string {
  return unit !== undefined && text.endsWith(unit) ? text.slice(0, -unit.length).trimEnd() : text;
}

/** The shortest decimal text that is read as the same single-precision number. */
function shortestSingle(value: number): string {
  for (let digits = 1; digits < SINGLE_DIGITS; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(SINGLE_DIGITS)));
}
