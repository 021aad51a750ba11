import { parseArgs } from 'node:util';
import { VescError } from '../base/errors';
import { closest } from './suggestion';

/** One option of a command. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** May be given several times. */
  readonly multiple?: true;
  readonly short?: string;
  /** What the help calls its value: `HZ`. */
  readonly value?: string;
  readonly help: string;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** What was given for each option of a table. */
export type OptionValues<O extends OptionTable> = {
  readonly [K in keyof O]: O[K] extends { type: 'boolean' }
    ? boolean
    : O[K] extends { multiple: true }
      ? readonly string[]
      : string | undefined;
};

/** What stands on the command line behind a command's name. */
export interface Arguments<O extends OptionTable> {
  readonly options: OptionValues<O>;
  readonly positionals: readonly string[];
}

/** How messages call the help of a command. */
export function helpOf(command: string | undefined): string {
  return command === undefined ? 'vesc --help' : `vesc ${command} --help`;
}

/**
 * Reads the arguments of `command`.
 * @throws VescError `usage` for what the table does not know, a value that is missing or one too many
 */
export function readArguments<O extends OptionTable>(
  command: string,
  table: O,
  maxPositionals: number,
  args: readonly string[],
): Arguments<O> {
  const help = helpOf(command);
  const { tokens } = parseArgs({
    args: [...args],
    options: parserOptions(table),
    strict: false,
    tokens: true,
  });
  const options: Record<string, string | boolean | string[] | undefined> = {};
  for (const [name, spec] of Object.entries(table)) {
    options[name] = spec.type === 'boolean' ? false : spec.multiple ? [] : undefined;
  }
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = table[token.name];
    if (!spec) {
      const similar = closest(token.name, Object.keys(table));
      throw new VescError('usage', {
        problem: `vesc ${command} has no option ${token.rawName}.`,
        ...(similar === undefined ? {} : { didYouMean: `--${similar}` }),
        help,
      });
    }
    options[token.name] = readOption(token, spec, options[token.name], help);
  }
  if (positionals.length > maxPositionals) {
    const extra = positionals.slice(maxPositionals).join(' ');
    throw new VescError('usage', {
      problem: `vesc ${command} does not know what to do with "${extra}".`,
      help,
    });
  }
  return { options: options as OptionValues<O>, positionals };
}

/**
 * Refuses options that were given where they would change nothing: who gave one expects that it does.
 * @param where what does not use them: `vesc config set`
 * @param unused their names, and where it is not plain what to do instead, that
 * @throws VescError `usage`
 */
export function refuseUnused(
  where: string,
  values: Readonly<Record<string, unknown>>,
  unused: Readonly<Record<string, string>>,
  help: string,
): void {
  for (const [name, advice] of Object.entries(unused)) {
    if (!isGiven(values[name])) continue;
    const problem = [`--${name} has no meaning for ${where}.`, ...(advice === '' ? [] : [advice])].join(' ');
    throw new VescError('usage', { problem, help });
  }
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function readOption(
  { rawName, value, inlineValue }: OptionToken,
  spec: OptionSpec,
  before: string | boolean | string[] | undefined,
  help: string,
): string | boolean | string[] {
  if (spec.type === 'boolean') {
    if (value !== undefined) throw new VescError('usage', { problem: `${rawName} takes no value.`, help });
    return true;
  }
  // Another option in place of the value: it was forgotten. A value may begin with a dash behind "="; a number anyhow.
  if (value === undefined || (/^-[^\d.]/.test(value) && !inlineValue)) {
    throw new VescError('usage', { problem: `${rawName} needs a value${valueName(spec)}.`, help });
  }
  if (spec.multiple) return [...(before as string[]), value];
  if (before !== undefined) throw new VescError('usage', { problem: `${rawName} is given twice.`, help });
  return value;
}

function valueName({ value }: OptionSpec): string {
  return value === undefined ? '' : `: ${value}`;
}

function parserOptions(table: OptionTable): Record<string, { type: 'string' | 'boolean'; short?: string }> {
  return Object.fromEntries(
    Object.entries(table).map(([name, { type, short }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }) },
    ]),
  );
}

/** Which numbers an option takes. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

/**
 * The number in `text`.
 * @throws VescError `usage` when it is none, or out of range
 */
export function readNumber(option: string, text: string, { min, max, integer = false }: NumberRange): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value) && value >= min && value <= max && (!integer || Number.isInteger(value))) {
    return value;
  }
  const kind = integer ? 'a whole number' : 'a number';
  throw new VescError('usage', { problem: `${option} takes ${kind} from ${min} to ${max}, not "${text}".` });
}
