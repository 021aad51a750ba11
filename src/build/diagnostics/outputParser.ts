import { type Diagnostic, plainText, resolveFile } from './diagnostic';
import { GccParser, type ParserContext } from './gccDiagnostics';
import { LinkerParser, type Overflow } from './linkerDiagnostics';
import { MakeParser } from './makeDiagnostics';

/** Diagnostics by what was compiled when they came: `commands.c`, or '' for everything that is no compiling. */
export type DiagnosticsByUnit = ReadonlyMap<string, readonly Diagnostic[]>;

/** Reads the whole output of one build: hands each line to the parser of the tool that wrote it. */
export class OutputParser {
  private readonly make = new MakeParser();
  private readonly linker = new LinkerParser();
  private gcc = new GccParser();
  private unit = '';
  private readonly units = new Map<string, Diagnostic[]>();
  /** Compiler messages outside of any file: a bad option, a missing library. */
  private readonly loose: Diagnostic[] = [];
  private readonly makefile: string;

  constructor(private readonly root: string) {
    this.makefile = resolveFile(root, 'Makefile');
  }

  /** The files compiled so far, in order. */
  get compiled(): readonly string[] {
    return [...this.units.keys()];
  }

  get overflows(): readonly Overflow[] {
    return this.linker.overflows;
  }

  get missingProgram(): string | undefined {
    return this.make.missingProgram;
  }

  get missingTarget(): string | undefined {
    return this.make.missingTarget;
  }

  /** Takes one line; returns the file when it says that one is being compiled. */
  line(raw: string): string | undefined {
    const text = plainText(raw);
    const compiling = /^Compiling (.+)$/.exec(text)?.[1];
    if (compiling !== undefined || /^(?:Linking|Creating) /.test(text)) {
      this.closeUnit();
      this.unit = compiling ?? '';
      if (compiling !== undefined && !this.units.has(compiling)) this.units.set(compiling, []);
      return compiling;
    }
    const context: ParserContext = { folder: this.make.folder ?? this.root, makefile: this.makefile };
    if (!this.make.line(text, context) && !this.linker.line(text, context)) this.gcc.line(text, context);
    return undefined;
  }

  /** Everything found, each once, in the order of the output. */
  finish(): DiagnosticsByUnit {
    this.closeUnit();
    const rest = [...this.loose, ...this.linker.diagnostics, ...this.make.diagnostics];
    if (this.make.missingProgram !== undefined && this.make.failedRecipe)
      rest.push({
        ...this.make.failedRecipe,
        message: `The program ${this.make.missingProgram} was not found.`,
      });
    const all = [...this.units.values()].flat().concat(rest);
    if (this.make.failedRecipe && !all.some((diagnostic) => diagnostic.severity === 'error'))
      rest.push(this.make.failedRecipe);
    return new Map([...this.units, ['', rest]]);
  }

  private closeUnit(): void {
    for (const diagnostic of this.gcc.diagnostics) {
      // Without synchronised output the message may come after another file's line; its own name is better then.
      const named = this.units.get(diagnostic.file.split(/[\\/]/).at(-1)!);
      (named ?? this.units.get(this.unit) ?? this.loose).push(diagnostic);
    }
    this.gcc = new GccParser();
  }
}

/** One list, without the repetitions that a header gets from every file that includes it. */
export function flatten(units: DiagnosticsByUnit): Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const diagnostic of [...units.values()].flat()) {
    const { file, line, column, severity, message } = diagnostic;
    const key = [file, line, column, severity, message].join('\0');
    if (!seen.has(key)) seen.set(key, diagnostic);
  }
  return [...seen.values()];
}
