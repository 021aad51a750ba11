/** An error that LispBM printed about the program it runs, and where in its source it is. */
export interface LispError {
  /** What went wrong, in LispBM's words. */
  readonly text: string;
  /** Lines of the source, counted from 1; the last is the first when only that is known. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Counted from 1, where LispBM tells it: for what it could not read. */
  readonly column: number | undefined;
}

/** What a line of an error says; the versions differ in what they put before it (6.00, 6.05, 6.06). */
const ERROR = /^[*\s]*Error(?: \(trapped\))?:\s*(\S.*)$/;
const CONTEXT = /^[*\s]*CTX: \d+(?: "(.*)")?\s*$/;
const CULPRIT = /^[*\s]*(?:At|In):\s+(\S.*)$/;
const LINE = /^[*\s]*Line:\s*(\d+)\s*$/;
const COLUMN = /^[*\s]*Column:\s*(\d+)\s*$/;
const ROWS = /^\s*(?:Between row (\d+) and (\d+)|Starting at row: (\d+))\s*$/;
/** 6.05 tells them one by one. */
const START = /^[*\s]*Start: (\d+)\s*$/;
const END = /^[*\s]*End:\s+(\d+)\s*$/;
const REASON = /^\s*Reason:\s*(.*)$/;
/** What the firmware calls the program from its storage; what a REPL evaluates has no name (6.06 and later). */
const PROGRAM = 'main-u';
const TEXT_LIMIT = 500;

/**
 * Collects errors from the lines that LispBM prints, each as a print of its own. An error is told again, better
 * known, with every line that adds to it.
 */
export class LispErrorReader {
  private error: { text: string; isForeign: boolean; rows?: [number, number]; column?: number } | undefined;
  private wantsReason = false;

  /** Takes a print; returns the error that it began or added to, as soon as its place is known. */
  take(print: string): { readonly error: LispError; readonly isNew: boolean } | undefined {
    let found: { readonly error: LispError; readonly isNew: boolean } | undefined;
    for (const line of print.split('\n')) {
      const hadPlace = this.error?.rows !== undefined;
      if (this.takeLine(line)) found = this.told(found?.isNew === true || !hadPlace) ?? found;
    }
    return found;
  }

  private takeLine(line: string): boolean {
    const begin = ERROR.exec(line);
    if (begin) {
      this.error = { text: limited(begin[1]!), isForeign: false };
      return false;
    }
    const { error } = this;
    if (!error) return false;
    const reason = this.wantsReason ? [line, line.trim()] : REASON.exec(line);
    if (reason) {
      this.wantsReason = reason[1] === '';
      if (this.wantsReason) return false;
      error.text = limited(`${error.text}: ${reason[1]!}`);
      return true;
    }
    const culprit = CULPRIT.exec(line);
    if (culprit) {
      error.text = limited(`${error.text} in ${culprit[1]!}`);
      return true;
    }
    const context = CONTEXT.exec(line);
    if (context) error.isForeign = context[1] !== PROGRAM;
    return this.takePlace(line, error);
  }

  private takePlace(line: string, error: NonNullable<LispErrorReader['error']>): boolean {
    const rows = ROWS.exec(line);
    const first = LINE.exec(line)?.[1] ?? START.exec(line)?.[1] ?? rows?.[1] ?? rows?.[3];
    const last = END.exec(line)?.[1];
    const column = COLUMN.exec(line)?.[1];
    if (first !== undefined) error.rows = [Number(first), Number(rows?.[2] ?? first)];
    else if (last !== undefined && error.rows) error.rows = [error.rows[0], Number(last)];
    else if (column !== undefined) error.column = Number(column);
    else return false;
    return true;
  }

  private told(isNew: boolean): { readonly error: LispError; readonly isNew: boolean } | undefined {
    const { error } = this;
    if (!error?.rows || error.isForeign) return undefined;
    const { text, rows, column } = error;
    return { error: { text, firstLine: rows[0], lastLine: Math.max(...rows), column }, isNew };
  }
}

function limited(text: string): string {
  return text.trim().slice(0, TEXT_LIMIT);
}
