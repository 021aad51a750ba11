import * as path from 'node:path';

export type Severity = 'error' | 'warning' | 'note';

/** A place another one refers to: an include chain, a macro expansion, the first definition. */
export interface RelatedPlace {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly message: string;
}

/** One message of a build tool, at a place in a file. */
export interface Diagnostic {
  /** Absolute path. What belongs to no file is put on the Makefile. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in bytes as gcc does; absent when the tool names only the line. */
  readonly column?: number;
  readonly severity: Severity;
  readonly message: string;
  /** The warning's option (`-Wunused-variable`), when the tool names it. */
  readonly code?: string;
  readonly source: 'gcc' | 'ld' | 'make';
  readonly related?: readonly RelatedPlace[];
}

/** Turns file names in messages into absolute paths, the Windows way in a Windows tree. */
export function resolveFile(folder: string, file: string): string {
  const windows = /^([A-Za-z]:[\\/]|\\\\)/;
  return windows.test(folder) || windows.test(file)
    ? path.win32.resolve(folder, file)
    : path.posix.resolve(folder, file);
}

/** Removes colours and other terminal sequences, and carriage returns. */
export function plainText(line: string): string {
  return line.replace(ANSI, '').replace(/\r$/, '');
}

/** Built from its code, so that no control character stands in a pattern. */
const ESCAPE = String.fromCharCode(27);
const ANSI = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${ESCAPE}\\u0007]*(?:\\u0007|${ESCAPE}\\\\))`,
  'g',
);
