import { applyEdits, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { VescError } from '../base/errors';

/** What the debugger is told. */
export interface DebugTarget {
  readonly board: string;
  /** Relative to the workspace folder where it lies in it. */
  readonly elf: string;
  readonly adapterConfiguration: string;
  readonly openocd: string | undefined;
  readonly svd: string | undefined;
}

const FORMATTING = { formattingOptions: { insertSpaces: true, tabSize: 2 } };
const NEW_FILE = '{\n  "version": "0.2.0",\n  "configurations": []\n}\n';
const TARGET_CONFIGURATION = 'target/stm32f4x.cfg';

/** The entry for Cortex-Debug; fields as its documentation names them. */
export function debugEntry({ board, elf, adapterConfiguration, openocd, svd }: DebugTarget): object {
  return {
    name: `VESC: debug ${board}`,
    type: 'cortex-debug',
    request: 'attach',
    servertype: 'openocd',
    cwd: '${workspaceFolder}',
    executable: elf,
    device: 'STM32F405RG',
    configFiles: [adapterConfiguration, TARGET_CONFIGURATION],
    rtos: 'ChibiOS',
    ...(openocd === undefined ? {} : { serverpath: openocd }),
    ...(svd === undefined ? {} : { svdFile: svd }),
  };
}

/**
 * The text of launch.json with the entry in it: one of the same name is replaced, everything else, comments too,
 * stays as it is.
 * @param text what is in the file; undefined when there is none
 * @throws VescError `launch-file-unreadable` when it is no JSON with comments
 */
export function withDebugEntry(text: string | undefined, target: DebugTarget): string {
  const before = text === undefined || text.trim() === '' ? NEW_FILE : text;
  const errors: ParseError[] = [];
  const content: unknown = parse(before, errors, { allowTrailingComma: true });
  const [problem] = errors;
  if (problem || typeof content !== 'object' || content === null || Array.isArray(content)) {
    const reason = problem
      ? `${printParseErrorCode(problem.error)} at character ${problem.offset}`
      : 'no object';
    throw new VescError('launch-file-unreadable', { reason });
  }
  const entry = debugEntry(target) as { readonly name: string };
  const { configurations } = content as { configurations?: unknown };
  const list: readonly unknown[] = Array.isArray(configurations) ? configurations : [];
  const at = list.findIndex((each) => (each as { name?: unknown } | null)?.name === entry.name);
  const edits = Array.isArray(configurations)
    ? modify(before, ['configurations', at < 0 ? list.length : at], entry, {
        ...FORMATTING,
        isArrayInsertion: at < 0,
      })
    : modify(before, ['configurations'], [entry], FORMATTING);
  return applyEdits(before, edits);
}
