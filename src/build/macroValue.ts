import type { Macros } from './headerReader';

/** What an ADC buffer holds at a place. */
export type AdcValue = (index: number) => number;

const MAX_TOKENS = 2000;
const MAX_DEPTH = 20;
const TOKENS = /0[xX][0-9a-fA-F]+[uUlL]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFuUlL]*|\w+|\S/g;
const TYPES = new Set(['float', 'double', 'int', 'int32_t', 'uint32_t', 'uint16_t']);
const FUNCTIONS: Readonly<Record<string, (value: number) => number>> = {
  logf: Math.log,
  log: Math.log,
  fabsf: Math.abs,
  sqrtf: Math.sqrt,
};

/**
 * The value of an arithmetic expression in the terms of a header, as `GET_INPUT_VOLTAGE()`: macros, numbers,
 * `ADC_Value[…]`, logarithms. Undefined for everything else, above all for functions of the firmware.
 */
export function macroValue(expression: string, macros: Macros, adc: AdcValue): number | undefined {
  try {
    const tokens = expand(expression.match(TOKENS) ?? [], macros, 0);
    const value = new Evaluation(tokens, adc).value();
    return Number.isFinite(value) ? value : undefined;
  } catch (error) {
    if (error instanceof NotArithmetic) return undefined;
    throw error;
  }
}

class NotArithmetic extends Error {}

/** All macros replaced by what they stand for. */
function expand(tokens: readonly string[], macros: Macros, depth: number): string[] {
  const out: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const macro = macros.get(token);
    if (macro === undefined) {
      out.push(token);
      continue;
    }
    if (!macro.certain || depth > MAX_DEPTH || out.length > MAX_TOKENS) throw new NotArithmetic();
    const body = macro.body.match(TOKENS) ?? [];
    if (macro.parameters === undefined) {
      out.push(...expand(body, macros, depth + 1));
      continue;
    }
    const { given, end } = readArguments(tokens, at + 1);
    const { parameters } = macro;
    const replaced = body.flatMap((each) => {
      const place = parameters.indexOf(each);
      return place < 0 ? [each] : (given[place] ?? []);
    });
    out.push(...expand(replaced, macros, depth + 1));
    at = end;
  }
  return out;
}

/** What stands in the brackets that open at `from`, by commas. */
function readArguments(tokens: readonly string[], from: number): { given: string[][]; end: number } {
  if (tokens[from] !== '(') throw new NotArithmetic();
  const given: string[][] = [[]];
  let depth = 1;
  for (let at = from + 1; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token === '(') depth++;
    if (token === ')' && --depth === 0) return { given, end: at };
    if (token === ',' && depth === 1) given.push([]);
    else given.at(-1)!.push(token);
  }
  throw new NotArithmetic();
}

/** Evaluates what is left when all macros are gone. */
class Evaluation {
  private at = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly adc: AdcValue,
  ) {}

  value(): number {
    const value = this.sum();
    if (this.at !== this.tokens.length) throw new NotArithmetic();
    return value;
  }

  private sum(): number {
    let left = this.product();
    for (;;) {
      if (this.accept('+')) left += this.product();
      else if (this.accept('-')) left -= this.product();
      else return left;
    }
  }

  private product(): number {
    let left = this.unary();
    for (;;) {
      if (this.accept('*')) left *= this.unary();
      else if (this.accept('/')) left /= this.unary();
      else return left;
    }
  }

  private unary(): number {
    if (this.accept('-')) return -this.unary();
    if (this.accept('(')) {
      if (TYPES.has(this.tokens[this.at] ?? '') && this.tokens[this.at + 1] === ')') {
        this.at += 2;
        return this.unary();
      }
      const value = this.sum();
      this.expect(')');
      return value;
    }
    const token = this.tokens[this.at++] ?? '';
    if (/^[\d.]/.test(token)) return Number(token.replace(/^0x/i.test(token) ? /[ul]+$/i : /[ful]+$/i, ''));
    if (token === 'ADC_Value') {
      this.expect('[');
      const index = this.sum();
      this.expect(']');
      return this.adc(index);
    }
    const compute = Object.hasOwn(FUNCTIONS, token) ? FUNCTIONS[token] : undefined;
    if (compute === undefined) throw new NotArithmetic();
    this.expect('(');
    const argument = this.sum();
    this.expect(')');
    return compute(argument);
  }

  private accept(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private expect(token: string): void {
    if (!this.accept(token)) throw new NotArithmetic();
  }
}
