/**
 * The C source `text` with everything blanked that is not code, comments and the inside of texts; lines and columns
 * stay where they are.
 * @param keepTexts leaves the inside of texts as it is
 */
export function codeOf(text: string, keepTexts = false): string {
  const token =
    /\/\/(?:[^\n\\]|\\[\s\S])*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?/g;
  return text.replace(token, (found) => {
    if (found.startsWith('/')) return blank(found);
    if (keepTexts || found.length < 2) return found;
    return found[0]! + blank(found.slice(1, -1)) + found.at(-1)!;
  });
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

/** The function whose body holds `offset` of `code`, which came from {@link codeOf}; undefined outside of any. */
export function functionAround(code: string, offset: number): string | undefined {
  // A definition begins in the first column, in this code as in most; whatever follows up to `{` is its head.
  const head = /^[A-Za-z_][^;{}=\n]*\([^;{}]*\)[^;{}()]*\{/gm;
  let name: string | undefined;
  for (let match = head.exec(code); match && match.index <= offset; match = head.exec(code)) {
    name = nameOf(match[0]);
  }
  return name;
}

const ATTRIBUTE = /__attribute__\s*\(\(.*?\)\)(?=\s)/gs;

/** `int main(void) {` is main; `CH_IRQ_HANDLER(PVD_IRQHandler) {` is what the macro makes. */
function nameOf(head: string): string | undefined {
  const [, name, first] = /(\w+)\s*\(\s*(\w*)/.exec(head.replace(ATTRIBUTE, ' ')) ?? [];
  const isMacro = name !== undefined && /^[A-Z][A-Z0-9_]*$/.test(name);
  return isMacro && first ? first : name;
}

/** Number of the line that `offset` is in, and its column, both counted from 1. */
export class LinePositions {
  private readonly starts: readonly number[];

  constructor(private readonly text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.starts = starts;
  }

  of(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - this.starts[low]! + 1 };
  }

  /** The line of that number, without the white space around it. */
  textOf(line: number): string {
    const start = this.starts[line - 1]!;
    return this.text.slice(start, this.starts[line] ?? this.text.length).trim();
  }
}
