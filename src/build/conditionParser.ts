import type { Macros } from './headerReader';

/** Evaluates a preprocessor condition: integers, macros, defined, ! && || comparisons and parentheses. */
export class ConditionParser {
  private readonly tokens: string[];
  private at = 0;

  constructor(
    expression: string,
    private readonly macros: Macros,
  ) {
    this.tokens = expression.match(/\w+|&&|\|\||[=!<>]=|[!<>()]|\S/g) ?? [];
  }

  value(): number | undefined {
    const value = this.or();
    return this.at === this.tokens.length ? value : undefined;
  }

  private or(): number | undefined {
    let left = this.and();
    while (this.accept('||')) {
      const right = this.and();
      if (left || right) left = 1;
      else left = left === undefined || right === undefined ? undefined : 0;
    }
    return left;
  }

  private and(): number | undefined {
    let left = this.comparison();
    while (this.accept('&&')) {
      const right = this.comparison();
      if (left === 0 || right === 0) left = 0;
      else left = left === undefined || right === undefined ? undefined : 1;
    }
    return left;
  }

  private comparison(): number | undefined {
    const left = this.unary();
    const operator = this.tokens[this.at];
    const compare = operator === undefined ? undefined : COMPARISONS[operator];
    if (!compare) return left;
    this.at++;
    const right = this.unary();
    return left === undefined || right === undefined ? undefined : Number(compare(left, right));
  }

  private unary(): number | undefined {
    if (this.accept('!')) {
      const value = this.unary();
      return value === undefined ? undefined : Number(value === 0);
    }
    if (this.accept('(')) {
      const value = this.or();
      return this.accept(')') ? value : undefined;
    }
    const token = this.tokens[this.at++] ?? '';
    if (token === 'defined') {
      const bracketed = this.accept('(');
      const macro = this.tokens[this.at++] ?? '';
      if (bracketed) this.accept(')');
      return Number(this.macros.has(macro));
    }
    return this.integer(token, 0);
  }

  /** An unknown name counts as 0, as in C. */
  private integer(token: string, depth: number): number | undefined {
    const digits = /^(0[xX][0-9a-fA-F]+|\d+)[uUlL]*$/.exec(token)?.[1];
    if (digits !== undefined) return Number(digits);
    if (!/^[A-Za-z_]\w*$/.test(token) || depth > 10) return undefined;
    const body = this.macros.get(token)?.body;
    return body === undefined ? 0 : this.integer(body.replace(/^\((.*)\)$/, '$1').trim(), depth + 1);
  }

  private accept(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }
}

const COMPARISONS: Partial<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};
