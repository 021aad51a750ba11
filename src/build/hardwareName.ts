import * as path from 'node:path';
import type { Files } from './files';

const MAX_INCLUDES = 20;

/**
 * The value of HW_NAME after `header`, read without a compiler: enough of the preprocessor to follow the board
 * headers (object-like macros, quoted includes next to the header or under hwconf, conditions). Undefined when
 * the name is not a plain string or hangs on a condition that cannot be decided here.
 */
export async function readHardwareName(
  header: string,
  files: Files,
  root: string,
): Promise<string | undefined> {
  const reader = new HeaderReader(files, root);
  await reader.read(header);
  return reader.name();
}

interface Branch {
  /** Lines of this branch count. `undefined`: cannot be decided. */
  taken: boolean | undefined;
  /** One branch of this #if was taken before. */
  before: boolean | undefined;
}

class HeaderReader {
  private readonly macros = new Map<string, string>();
  private includes = 0;
  private undecided = false;

  constructor(
    private readonly files: Files,
    private readonly root: string,
  ) {}

  name(): string | undefined {
    if (this.undecided) return undefined;
    let value = this.macros.get('HW_NAME');
    for (let step = 0; value !== undefined && this.macros.has(value) && step < 10; step++)
      value = this.macros.get(value);
    const parts = value?.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
    if (parts.length === 0 || parts.some((part) => !/^"[^"\\]*"$/.test(part))) return undefined;
    return parts.map((part) => part.slice(1, -1)).join('');
  }

  async read(file: string): Promise<void> {
    if (++this.includes > MAX_INCLUDES) return;
    const text = await this.files.readText(file);
    if (text === undefined) return;
    const branches: Branch[] = [];
    for (const line of logicalLines(text)) {
      const directive = /^\s*#\s*(\w+)\s*(.*?)\s*$/.exec(line);
      if (!directive) continue;
      const [, keyword = '', rest = ''] = directive;
      if (this.condition(keyword, rest, branches)) continue;
      if (branches.some((branch) => branch.taken === false)) continue;
      const certain = branches.every((branch) => branch.taken === true);
      if (keyword === 'include') await this.include(rest, file);
      else this.define(keyword, rest, certain);
    }
  }

  private define(keyword: string, rest: string, certain: boolean): void {
    const [, macro = '', value = ''] = /^(\w+)\s*(.*)$/.exec(rest) ?? [];
    if (keyword === 'define' && macro !== '') this.macros.set(macro, value);
    else if (keyword === 'undef') this.macros.delete(macro);
    else return;
    if (macro === 'HW_NAME') this.undecided = !certain;
  }

  private async include(rest: string, from: string): Promise<void> {
    const named = /^"([^"]+)"/.exec(rest)?.[1];
    if (named === undefined) return;
    for (const folder of [path.dirname(from), path.join(this.root, 'hwconf'), this.root]) {
      const file = path.resolve(folder, named);
      if ((await this.files.status(file))?.kind === 'file') {
        await this.read(file);
        return;
      }
    }
  }

  /** Handles the conditional directives; false when `keyword` is none. */
  private condition(keyword: string, rest: string, branches: Branch[]): boolean {
    const current = branches.at(-1);
    switch (keyword) {
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        const taken =
          keyword === 'if' ? this.evaluate(rest) : this.macros.has(rest) === (keyword === 'ifdef');
        branches.push({ taken, before: taken });
        return true;
      }
      case 'elif':
      case 'else': {
        if (!current) return true;
        const own = keyword === 'else' ? true : this.evaluate(rest);
        current.taken = current.before === true ? false : current.before === undefined ? undefined : own;
        current.before = current.before === true || (current.before === false ? own : undefined);
        return true;
      }
      case 'endif':
        branches.pop();
        return true;
      default:
        return false;
    }
  }

  private evaluate(expression: string): boolean | undefined {
    const value = new ConditionParser(expression, this.macros).value();
    return value === undefined ? undefined : value !== 0;
  }
}

/** Evaluates a preprocessor condition: integers, macros, defined, ! && || comparisons and parentheses. */
class ConditionParser {
  private readonly tokens: string[];
  private at = 0;

  constructor(
    expression: string,
    private readonly macros: ReadonlyMap<string, string>,
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
    const value = this.macros.get(token);
    return value === undefined ? 0 : this.integer(value.replace(/^\((.*)\)$/, '$1').trim(), depth + 1);
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

/** Lines with continuations joined and comments removed. */
function logicalLines(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g, (match) =>
      match.startsWith('"') ? match : ' ',
    )
    .split(/\r?\n/);
}
