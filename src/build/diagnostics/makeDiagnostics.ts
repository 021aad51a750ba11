import { type Diagnostic, resolveFile } from './diagnostic';
import type { ParserContext } from './gccDiagnostics';

const MAKE = '(?:mingw32-|g)?make(?:\\.exe)?(?:\\[\\d+\\])?';
const QUOTED = "[`'‘]([^'’]+)['’]";
const ENTERING = new RegExp(`^${MAKE}: (Entering|Leaving) directory ${QUOTED}$`);
const NO_RULE = new RegExp(
  `^${MAKE}: \\*\\*\\* (No rule to make target ${QUOTED}(?:, needed by ${QUOTED})?)\\.`,
);
/** `[fw.mk:28: target]` since make 4, `[target]` before. */
const FAILED = new RegExp(
  `^${MAKE}: \\*\\*\\* \\[(?:((?:[A-Za-z]:)?[^:\\]]+):(\\d+): )?(.+?)\\] Error (-?\\d+)`,
);
const STOP = /^((?:[A-Za-z]:)?[^:*]+):(\d+): \*\*\* (.+?)\.?\s+Stop\.$/;
const MAKEFILE_WARNING = /^((?:.*[\\/])?(?:[Mm]akefile|GNUmakefile|[^\\/:]+\.mk)):(\d+): warning: (.+)$/;
const OTHER_STOP = new RegExp(`^${MAKE}: \\*\\*\\* (.+?)\\.?\\s+Stop\\.$`);
const WARNING = new RegExp(`^${MAKE}: warning:\\s+(.+)$`);
const MISSING = [
  new RegExp(`^${MAKE}: (.+): (?:No such file or directory|Command not found)$`),
  /^(?:\/bin\/)?\w*sh: (?:line )?(?:\d+: )?(.+): (?:not found|command not found|No such file or directory)$/,
  /^'(.+)' is not recognized as an internal or external command/,
  /^process_begin: CreateProcess\(NULL, (\S+).*\) failed\.$/,
];

/** Reads the messages of make, a line at a time, and follows the folders it enters. */
export class MakeParser {
  readonly diagnostics: Diagnostic[] = [];
  /** The program that could not be started (exit status 127 follows). */
  missingProgram: string | undefined;
  /** The target that make does not know. */
  missingTarget: string | undefined;
  /** The first recipe that failed: only worth telling when no tool said why. */
  failedRecipe: Diagnostic | undefined;
  private readonly folders: string[] = [];

  /** The folder make works in now; undefined for the one it was started in. */
  get folder(): string | undefined {
    return this.folders.at(-1);
  }

  /** Takes one line; false when it is none of make's. */
  line(text: string, context: ParserContext): boolean {
    return (
      this.directory(text) || this.failure(text, context) || this.stop(text, context) || this.missing(text)
    );
  }

  private directory(text: string): boolean {
    const [, direction, folder = ''] = ENTERING.exec(text) ?? [];
    if (direction === 'Entering') this.folders.push(folder);
    else if (direction === 'Leaving') this.folders.pop();
    return direction !== undefined;
  }

  private failure(text: string, context: ParserContext): boolean {
    const [, file, line, target = '', status = ''] = FAILED.exec(text) ?? [];
    if (target === '') return false;
    // The outer makes report the same failure again; the innermost comes first.
    this.failedRecipe ??= {
      file: file === undefined ? context.makefile : resolveFile(context.folder, file),
      line: line === undefined ? 1 : Number(line),
      severity: 'error',
      message: `The recipe for ${target} failed with status ${status}.`,
      source: 'make',
    };
    return true;
  }

  private stop(text: string, context: ParserContext): boolean {
    const [, noRule = '', target] = NO_RULE.exec(text) ?? [];
    if (target !== undefined) {
      this.missingTarget = target;
      this.add('error', `${noRule}.`, context);
      return true;
    }
    const [, file, line, message = ''] = STOP.exec(text) ?? MAKEFILE_WARNING.exec(text) ?? [];
    if (file !== undefined) {
      this.diagnostics.push({
        file: resolveFile(context.folder, file),
        line: Number(line),
        severity: STOP.test(text) ? 'error' : 'warning',
        message,
        source: 'make',
      });
      return true;
    }
    const other = OTHER_STOP.exec(text)?.[1];
    const warning = WARNING.exec(text)?.[1];
    if (other !== undefined) this.add('error', other, context);
    else if (warning !== undefined) this.add('warning', warning, context);
    return other !== undefined || warning !== undefined;
  }

  private missing(text: string): boolean {
    for (const pattern of MISSING) {
      const program = pattern.exec(text)?.[1];
      if (program === undefined) continue;
      this.missingProgram ??= program;
      return true;
    }
    return false;
  }

  private add(severity: 'error' | 'warning', message: string, context: ParserContext): void {
    this.diagnostics.push({ file: context.makefile, line: 1, severity, message, source: 'make' });
  }
}
