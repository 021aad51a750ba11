import * as path from 'node:path';
import { ConditionParser } from './conditionParser';
import type { Files } from './files';

const MAX_INCLUDES = 20;

/** A macro as a header leaves it. */
export interface Macro {
  /** The names of its parameters; undefined for one without brackets. */
  readonly parameters?: readonly string[];
  readonly body: string;
  /** False when it hangs on a condition that cannot be decided here. */
  readonly certain: boolean;
}
export type Macros = ReadonlyMap<string, Macro>;

/**
 * The macros after `header`, read without a compiler: enough of the preprocessor to follow the board headers (quoted
 * includes next to the header, under hwconf and at the root of the tree, conditions).
 */
export async function readMacros(header: string, files: Files, root: string): Promise<Macros> {
  const reader = new HeaderReader(files, root);
  await reader.read(header);
  return reader.macros;
}

interface Branch {
  /** Lines of this branch count. `undefined`: cannot be decided. */
  taken: boolean | undefined;
  /** One branch of this #if was taken before. */
  before: boolean | undefined;
}

class HeaderReader {
  readonly macros = new Map<string, Macro>();
  private includes = 0;

  constructor(
    private readonly files: Files,
    private readonly root: string,
  ) {}

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
    // Parameters follow the name at once; a bracket behind a space belongs to the body.
    const [, name = '', list, body = ''] = /^(\w+)(\([\w\s,]*\))?\s*(.*)$/.exec(rest) ?? [];
    if (keyword === 'undef') this.macros.delete(name);
    if (keyword !== 'define' || name === '') return;
    const parameters = list
      ?.slice(1, -1)
      .split(',')
      .flatMap((each) => each.trim() || []);
    this.macros.set(name, { ...(parameters === undefined ? {} : { parameters }), body, certain });
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

/** Lines with continuations joined and comments removed. */
function logicalLines(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g, (match) =>
      match.startsWith('"') ? match : ' ',
    )
    .split(/\r?\n/);
}
