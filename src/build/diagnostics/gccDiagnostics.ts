import { type Diagnostic, type RelatedPlace, resolveFile, type Severity } from './diagnostic';

/** Where names in messages start from. */
export interface ParserContext {
  /** The folder the tool ran in, absolute. */
  readonly folder: string;
  /** The file that gets what belongs to no file. */
  readonly makefile: string;
}

/** A file name, with a drive letter perhaps, and no colon otherwise. */
const FILE = '((?:[A-Za-z]:)?[^:]+)';
const MESSAGE = new RegExp(`^${FILE}:(\\d+):(?:(\\d+):)? (fatal error|error|warning|note): (.*)$`, 'i');
const INCLUDED = new RegExp(`^(?:In file included| {9,}) ?from ${FILE}:(\\d+)(?::(\\d+))?[,:]$`);
const TOOL =
  /^(?:.*[\\/])?(?:[\w-]+-)?(?:gcc|g\+\+|cpp|as|cc1)(?:\.exe)?: (fatal error|error|warning): (.*)$/;
const OPTION = / \[(-W[^\]]+)\]$/;
/** The source line under a message, and the line with the caret. */
const EXCERPT = /^\s*(?:\d+ )?\|/;
const HEADING =
  /^(?:[^:]+: )?(?:In (?:member )?function .+:|At top level:|Assembler messages:)$|^compilation terminated\.$|^cc1: (?:all|some) warnings being treated as errors$/;

/** Reads the messages of gcc and its assembler, a line at a time, as they come from one compiler. */
export class GccParser {
  readonly diagnostics: Diagnostic[] = [];
  private chain: RelatedPlace[] = [];

  /** Takes one line; false when it is none of gcc's. */
  line(text: string, context: ParserContext): boolean {
    return (
      this.included(text, context) ||
      this.message(text, context) ||
      this.tool(text, context) ||
      HEADING.test(text) ||
      (this.diagnostics.length > 0 && EXCERPT.test(text))
    );
  }

  private included(text: string, context: ParserContext): boolean {
    const [, file, line, column] = INCLUDED.exec(text) ?? [];
    if (file === undefined) return false;
    if (text.startsWith('In file')) this.chain = [];
    this.chain.push({ ...place(file, line, column, context), message: 'included from here' });
    return true;
  }

  private message(text: string, context: ParserContext): boolean {
    const [, file, line, column, kind = '', words = ''] = MESSAGE.exec(text) ?? [];
    if (file === undefined) return false;
    const severity = severityOf(kind);
    const at = place(file, line, column, context);
    if (severity === 'note' && this.diagnostics.length > 0) {
      this.relate({ ...at, message: words });
      return true;
    }
    const code = OPTION.exec(words)?.[1]?.replace(/^-Werror=/, '-W');
    this.diagnostics.push({
      ...at,
      severity,
      message: words.replace(OPTION, ''),
      ...(code === undefined ? {} : { code }),
      source: 'gcc',
      ...(this.chain.length > 0 ? { related: this.chain } : {}),
    });
    this.chain = [];
    return true;
  }

  private relate(related: RelatedPlace): void {
    const last = this.diagnostics.pop()!;
    this.diagnostics.push({ ...last, related: [...(last.related ?? []), related] });
  }

  private tool(text: string, context: ParserContext): boolean {
    const [, kind, message = ''] = TOOL.exec(text) ?? [];
    if (kind === undefined) return false;
    this.diagnostics.push({
      file: context.makefile,
      line: 1,
      severity: severityOf(kind),
      message,
      source: 'gcc',
    });
    return true;
  }
}

function severityOf(kind: string): Severity {
  const word = kind.toLowerCase();
  return word === 'warning' || word === 'note' ? word : 'error';
}

function place(
  file: string,
  line: string | undefined,
  column: string | undefined,
  context: ParserContext,
): { file: string; line: number; column?: number } {
  return {
    file: resolveFile(context.folder, file),
    line: Number(line),
    ...(column === undefined ? {} : { column: Number(column) }),
  };
}
