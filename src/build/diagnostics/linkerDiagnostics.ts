import { type Diagnostic, resolveFile } from './diagnostic';
import type { ParserContext } from './gccDiagnostics';

/** A region that is too small for what should go into it. */
export interface Overflow {
  readonly region: string;
  readonly over_B: number;
}

const PREFIX = /^(?:.*[\\/])?(?:[\w-]+-)?ld(?:\.bfd|\.gold)?(?:\.exe)?: /;
const QUOTED = "[`'‘]([^'’]+)['’]";
/** `file.c:12: `, or `file.o: ` and a place in a section that says nothing to people. */
const PLACE = '(.+?):(?:(\\d+)|\\([^)]*\\)):';
const UNDEFINED = new RegExp(`^${PLACE} (undefined reference to ${QUOTED})`);
const MULTIPLE = new RegExp(
  `^${PLACE} (multiple definition of ${QUOTED})(?:; (.+?):(?:(\\d+)|\\([^)]*\\)): first defined here)?`,
);
const OVERFLOW = new RegExp(`^region ${QUOTED} overflowed by (\\d+) bytes`);
const FOLLOWS_OVERFLOW = /^(?:\S+ section \S+ will not fit in region |section \S+ LMA .* overlaps section )/;
/** Printed for every build with this compiler, whatever the source is. */
const NOISE =
  /has a LOAD segment with RWX permissions|is not implemented and will always fail|the message above does not take linker garbage collection|missing \.note\.GNU-stack|NOTE: This behaviour is deprecated/;

/** Reads the messages of the linker, a line at a time. */
export class LinkerParser {
  readonly diagnostics: Diagnostic[] = [];
  readonly overflows: Overflow[] = [];

  /** Takes one line; false when it is none of the linker's. */
  line(text: string, context: ParserContext): boolean {
    if (/^collect2(?:\.exe)?: error: ld returned/.test(text)) return true;
    const prefixed = PREFIX.test(text);
    const words = text.replace(PREFIX, '');
    return (
      this.undefinedReference(words, context) ||
      this.multipleDefinition(words, context) ||
      (prefixed && this.region(words, context)) ||
      /^(?:.+: )?[Ii]n function .+:$/.test(words) ||
      (prefixed && this.other(words, context))
    );
  }

  private undefinedReference(words: string, context: ParserContext): boolean {
    const [, file, line, message = ''] = UNDEFINED.exec(words) ?? [];
    if (file === undefined) return false;
    this.error(file, line, message, context);
    return true;
  }

  private multipleDefinition(words: string, context: ParserContext): boolean {
    const [, file, line, message = '', , firstFile, firstLine] = MULTIPLE.exec(words) ?? [];
    if (file === undefined) return false;
    const related =
      firstFile !== undefined && firstLine !== undefined
        ? [
            {
              file: resolveFile(context.folder, sourceOf(firstFile)),
              line: Number(firstLine),
              message: 'first defined here',
            },
          ]
        : undefined;
    this.error(file, line, message, context, related && { related });
    return true;
  }

  private region(words: string, context: ParserContext): boolean {
    // The line that follows says the same in bytes.
    if (FOLLOWS_OVERFLOW.test(words)) return true;
    const [, region, bytes] = OVERFLOW.exec(words) ?? [];
    if (region === undefined) return false;
    this.overflows.push({ region, over_B: Number(bytes) });
    this.add('error', `The firmware is ${bytes} bytes too large for ${region}.`, context);
    return true;
  }

  private other(words: string, context: ParserContext): boolean {
    if (NOISE.test(words)) return true;
    const warning = /^(?:.*: )?warning: (.*)$/.exec(words)?.[1];
    this.add(warning === undefined ? 'error' : 'warning', warning ?? words, context);
    return true;
  }

  private error(
    file: string,
    line: string | undefined,
    message: string,
    context: ParserContext,
    extra: Partial<Pick<Diagnostic, 'related'>> = {},
  ): void {
    if (line === undefined) {
      this.add('error', `${file}: ${message}`, context);
      return;
    }
    this.diagnostics.push({
      file: resolveFile(context.folder, sourceOf(file)),
      line: Number(line),
      severity: 'error',
      message,
      source: 'ld',
      ...extra,
    });
  }

  private add(severity: 'error' | 'warning', message: string, context: ParserContext): void {
    this.diagnostics.push({ file: context.makefile, line: 1, severity, message, source: 'ld' });
  }
}

/** `a.o:/path/a.c` names the object before the source. */
function sourceOf(file: string): string {
  return file.replace(/^.*\.o(?:bj)?:(?=.)/, '');
}
