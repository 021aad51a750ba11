import { codeOf, functionAround, LinePositions } from './sourceText';

/**
 * What the code does with a fault: stops the motor with it, returns or stores it for somebody who does, only asks
 * for it; or halts the whole firmware.
 */
export type MentionKind = 'raises' | 'sets' | 'tests' | 'halts';

/** One place in one file. */
export interface Mention {
  /** `FAULT_CODE_…`; for a halt its reason, as `crash_diag` tells it. */
  readonly what: string;
  readonly kind: MentionKind;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** The line, without the white space around it. */
  readonly text: string;
  readonly function?: string;
}

const FAULT = /\bFAULT_CODE_(?!NONE\b)\w+/g;
/** `chSysHalt("reason")`. */
const HALT = /\b(?:chSysHalt|osalSysHalt)\s*\(\s*"((?:[^"\\\n]|\\.)*)"/g;
/** `assert(expression)` halts with the expression, the checks of ChibiOS with the name of their function. */
const CHECK = /\b(assert|chDbgAssert|chDbgCheck|osalDbgAssert|osalDbgCheck)\s*\(([^;{}]*)\)\s*;/g;
/** Functions that stop the motor: mc_interface_fault_stop and what others call theirs. */
const STOPS = /fault_?(stop|raise|trigger|trip|set|report)|(stop|raise|trigger|trip|set|report)\w*fault/i;
const QUICK = /FAULT_CODE_|SysHalt|\bassert\b|DbgAssert|DbgCheck/;
const SPACES = /\s+/g;
const MAX_TEXT = 200;
/** Looking back for the start of a statement ends here: nobody writes longer ones. */
const LOOK_BACK = 2000;

/**
 * The places of one source file that raise faults or halt the firmware, in their order. Definitions and tables that
 * give a fault its name are none; neither is what stands in a comment.
 */
export function findMentions(text: string): Mention[] {
  if (!QUICK.test(text)) return [];
  const code = codeOf(text);
  const positions = new LinePositions(text);
  const found: Mention[] = [];
  const add = (what: string, kind: MentionKind, offset: number): void => {
    const { line, column } = positions.of(offset);
    const around = functionAround(code, offset);
    const shown = positions.textOf(line).slice(0, MAX_TEXT);
    found.push({
      what,
      kind,
      line,
      column,
      text: shown,
      ...(around === undefined ? {} : { function: around }),
    });
  };
  for (const { 0: name, index } of code.matchAll(FAULT)) {
    const kind = kindOf(code, index, index + name.length);
    if (kind !== undefined) add(name, kind, index);
  }
  for (const match of codeOf(text, true).matchAll(HALT)) add(match[1]!, 'halts', match.index);
  for (const { 0: call, 1: check, index } of code.matchAll(CHECK)) {
    const inside = text.slice(index, index + call.length);
    const reason = check === 'assert' ? inside.slice(inside.indexOf('(') + 1, inside.lastIndexOf(')')) : '';
    const what = reason === '' ? functionAround(code, index) : reason.trim().replace(SPACES, ' ');
    if (what !== undefined) add(what, 'halts', index);
  }
  return found.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** What the code does with the fault between `start` and `end`; undefined for definitions, tables and the rest. */
function kindOf(code: string, start: number, end: number): MentionKind | undefined {
  const statement = statementBefore(code, start);
  if (statement === undefined) return undefined;
  const { before, calls } = statement;
  if (calls.some((call) => STOPS.test(call))) return 'raises';
  if (/^\s*(?:case\b|#\s*(?:define|if|ifdef|ifndef|undef)\b)/.test(before)) return undefined;
  if (/[=!]=\s*$/.test(before) || /^\s*[=!]=/.test(code.slice(end, end + LOOK_BACK))) return 'tests';
  if (/^\s*return\b/.test(before)) return 'sets';
  return /[^=!<>]=[^=]/.test(before) ? 'sets' : undefined;
}

/**
 * What stands before `start` in its statement, and the names of the calls that it is an argument of. Undefined in
 * lists: an enumeration, or a table of names.
 */
function statementBefore(
  code: string,
  start: number,
): { readonly before: string; readonly calls: readonly string[] } | undefined {
  const calls: string[] = [];
  let depth = 0;
  const limit = Math.max(0, start - LOOK_BACK);
  let at = start - 1;
  for (; at >= limit; at--) {
    const letter = code[at]!;
    if (letter === ')' || letter === ']') depth++;
    else if (letter === '[' && depth === 0) return undefined;
    else if (letter === '[') depth--;
    else if (letter === '(' && depth > 0) depth--;
    else if (letter === '(') calls.push(/(\w*)\s*$/.exec(code.slice(Math.max(0, at - MAX_TEXT), at))![1]!);
    else if (letter === '{') {
      const opener = code.slice(Math.max(0, at - MAX_TEXT), at);
      if (/\benum\b[^;{}]*$|=\s*$/.test(opener)) return undefined;
      break;
    } else if (letter === ';' || letter === '}' || (letter === ':' && isLabel(code, at))) break;
    else if (letter === '\n' && isDirective(code, at + 1)) {
      at = at + 1;
      break;
    }
  }
  return { before: code.slice(at + (code[at] === '#' ? 0 : 1), start), calls };
}

/** `case X:` and `label:` end a statement, the colon of `a ? b : c` does not. */
function isLabel(code: string, colon: number): boolean {
  const before = code.slice(Math.max(0, colon - MAX_TEXT), colon);
  return /(?:^|[;{}]|\n[ \t]*#[^\n]*\n)\s*\w+\s*$|\b(?:case\b[^?\n]*|default\s*)$/.test(before);
}

/** True when the line at `start` is one of the preprocessor. */
function isDirective(code: string, start: number): boolean {
  return /^[ \t]*#/.test(code.slice(start, start + MAX_TEXT));
}
