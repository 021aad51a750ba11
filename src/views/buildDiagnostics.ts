import * as vscode from 'vscode';
import type { BuildResult } from '../build/buildResult';
import type { Diagnostic, Severity } from '../build/diagnostics/diagnostic';
import { plain } from './text';

const SEVERITIES = {
  error: 'Error',
  warning: 'Warning',
  note: 'Information',
} as const satisfies Record<Severity, keyof typeof vscode.DiagnosticSeverity>;
const LIMIT = 2000;

/** What the last build complains about, in the Problems panel. */
export class BuildDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('vesc');

  /** Puts what `result` found in the place of what was there. */
  show(result: BuildResult): void {
    const files = new Map<string, vscode.Diagnostic[]>();
    for (const diagnostic of result.diagnostics) {
      const list = files.get(diagnostic.file) ?? [];
      list.push(convert(diagnostic));
      files.set(diagnostic.file, list);
    }
    this.collection.clear();
    this.collection.set([...files].map(([file, list]) => [vscode.Uri.file(file), list]));
  }

  clear(): void {
    this.collection.clear();
  }

  dispose(): void {
    this.collection.dispose();
  }
}

function convert(diagnostic: Diagnostic): vscode.Diagnostic {
  const { line, column, message, severity, code, source, related } = diagnostic;
  const converted = new vscode.Diagnostic(
    range(line, column),
    plain(message, LIMIT),
    vscode.DiagnosticSeverity[SEVERITIES[severity]],
  );
  converted.source = source;
  if (code !== undefined) converted.code = code;
  if (related) {
    converted.relatedInformation = related.map(
      (place) =>
        new vscode.DiagnosticRelatedInformation(
          new vscode.Location(vscode.Uri.file(place.file), range(place.line, place.column)),
          plain(place.message, LIMIT),
        ),
    );
  }
  return converted;
}

/** The editor makes a word of an empty range, and counts from 0. */
function range(line: number, column: number | undefined): vscode.Range {
  const row = Math.max(0, line - 1);
  return column === undefined
    ? new vscode.Range(row, 0, row, Number.MAX_SAFE_INTEGER)
    : new vscode.Range(row, Math.max(0, column - 1), row, Math.max(0, column - 1));
}
