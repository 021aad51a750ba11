import {
  applyEdits,
  findNodeAtLocation,
  modify,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { VescError } from '../base/errors';

/** What is debugged, by whatever way. */
export interface DebuggedProgram {
  readonly name: string;
  /** Relative to the workspace folder where it lies in it. */
  readonly elf: string;
}

/** What the debugger is told. */
export interface DebugTarget {
  readonly board: string;
  readonly elf: string;
  readonly adapterConfiguration: string;
  readonly openocd: string | undefined;
  readonly svd: string | undefined;
}

const INDENT = 2;
const FORMATTING = { formattingOptions: { insertSpaces: true, tabSize: INDENT } };
const NEW_FILE = '{\n  "version": "0.2.0",\n  "configurations": []\n}\n';
const TARGET_CONFIGURATION = 'target/stm32f4x.cfg';

/** What Cortex-Debug is told whatever it debugs on; fields as its documentation names them. */
export function cortexDebugBase({
  name,
  elf,
}: DebuggedProgram): { readonly name: string } & Record<string, unknown> {
  return {
    name,
    type: 'cortex-debug',
    request: 'attach',
    executable: elf,
    device: 'STM32F405RG',
    rtos: 'ChibiOS',
  };
}

/** The entry for Cortex-Debug. */
export function debugEntry(target: DebugTarget): { readonly name: string } & Record<string, unknown> {
  const { board, elf, adapterConfiguration, openocd, svd } = target;
  return {
    ...cortexDebugBase({ name: `VESC: debug ${board}`, elf }),
    servertype: 'openocd',
    cwd: '${workspaceFolder}',
    configFiles: [adapterConfiguration, TARGET_CONFIGURATION],
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
  const root = parseTree(before, errors, { allowTrailingComma: true });
  const [problem] = errors;
  if (problem || root?.type !== 'object') {
    const reason = problem
      ? `${printParseErrorCode(problem.error)} at character ${problem.offset}`
      : 'no object';
    throw new VescError('launch-file-unreadable', { reason });
  }
  const entry = debugEntry(target);
  const list = findNodeAtLocation(root, ['configurations']);
  if (list?.type !== 'array')
    return applyEdits(before, modify(before, ['configurations'], [entry], FORMATTING));
  const written = JSON.stringify(entry, undefined, INDENT).replaceAll('\n', `\n${' '.repeat(2 * INDENT)}`);
  const present = list.children?.find((each) => nameOf(each) === entry.name);
  // Its own place, else the first: so no comment comes to stand behind another entry than before.
  const [offset, length, content] = present
    ? [present.offset, present.length, written]
    : [
        list.offset + 1,
        0,
        `\n${' '.repeat(2 * INDENT)}${written}${list.children?.length ? ',' : `\n${' '.repeat(INDENT)}`}`,
      ];
  return applyEdits(before, [{ offset, length, content }]);
}

function nameOf(entry: Node): unknown {
  return entry.type === 'object' ? findNodeAtLocation(entry, ['name'])?.value : undefined;
}
