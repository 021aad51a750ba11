import type { Controller } from '../controllers/controller';
import type { LispError } from '../protocol/lispErrors';
import type { LispProgram } from './lispPrograms';
import type { Notice } from './notices';
import type { StatusWords } from './statusWords';
import { count, fixed, plain } from './text';

/** So many variables are shown. */
const VARIABLES = 12;
const TEXT_LIMIT = 300;

/** What the code lens above a source offers. */
export interface LispLens {
  readonly title: string;
  readonly command: 'vesc.uploadLisp' | 'vesc.stopLisp' | 'vesc.openLispRepl';
  readonly tooltip: string;
}

/** The lenses of a source; none while no controller is connected. */
export function lispLenses(
  controllers: readonly Controller[],
  selected: Controller | undefined,
): readonly LispLens[] {
  if (controllers.length === 0) return [];
  const where = selected ? ` on ${plain(selected.title, 30)}` : '';
  return [
    {
      title: `Upload and run${where}`,
      command: 'vesc.uploadLisp',
      tooltip: 'Stores this file with its imports on the controller, reads it back and runs it.',
    },
    { title: 'Stop', command: 'vesc.stopLisp', tooltip: 'Makes LispBM on the controller stand still.' },
    { title: 'REPL', command: 'vesc.openLispRepl', tooltip: 'Opens a terminal to LispBM on the controller.' },
  ];
}

/** The status item while LispBM runs; undefined while it does not, or nothing was read. */
export function lispStatus(
  running: readonly (readonly [Controller, LispProgram])[],
  selected: Controller | undefined,
): StatusWords | undefined {
  const [controller, program] = running.find(([each]) => each === selected) ?? running[0] ?? [];
  const stats = program?.watch.stats;
  if (!controller || !stats) return undefined;
  const { cpu_percent, heap_percent, memory_percent, variables } = stats;
  const percent = (value: number): string => `${fixed(value, 0, 2)} %`;
  const more = variables.length - VARIABLES;
  return {
    text: `$(vm-running) LispBM ${percent(cpu_percent)}`,
    tooltip: [
      `LispBM on ${plain(controller.title)}`,
      `Processor ${percent(cpu_percent)}, heap ${percent(heap_percent)}, memory ${percent(memory_percent)}`,
      ...variables.slice(0, VARIABLES).map(({ name, value }) => `${plain(name)} = ${String(value)}`),
      ...(more > 0 ? [`and ${count(more, 'more variable')}`] : []),
    ],
  };
}

/**
 * What came of an upload.
 * @param file its name
 * @param title what the user calls the controller
 * @param changed false when the same code was stored already
 * @param errors what LispBM has printed of it so far
 */
export function lispUploadNotice(
  file: string,
  title: string,
  changed: boolean,
  errors: readonly LispError[],
): Notice {
  const [name, where] = [plain(file), plain(title)];
  const [first] = errors;
  if (first) {
    return {
      severity: 'error',
      text: `${name} is on ${where}, but LispBM found an error in line ${first.firstLine}: ${plain(first.text, TEXT_LIMIT)}`,
      actions: ['problems', 'lisp-output'],
    };
  }
  const text = `${name} runs on ${where}${changed ? '' : '; it was stored already'}.`;
  return { severity: 'information', text, actions: ['lisp-output'] };
}
