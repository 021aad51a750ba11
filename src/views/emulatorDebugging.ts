import { type DebuggedProgram, cortexDebugBase } from './launchFile';

/** An extension that can debug the firmware over GDB's remote protocol. */
export interface DebugExtension {
  readonly id: string;
  readonly name: string;
  readonly type: 'cortex-debug' | 'cppdbg';
}

/** The one that knows microcontrollers first. */
export const DEBUG_EXTENSIONS: readonly DebugExtension[] = [
  { id: 'marus25.cortex-debug', name: 'Cortex-Debug', type: 'cortex-debug' },
  { id: 'ms-vscode.cpptools', name: 'C/C++', type: 'cppdbg' },
];

/** A program on an emulated controller, and how it is reached. */
export interface EmulatedProgram extends DebuggedProgram {
  readonly port: number;
  /** The folder to work in. */
  readonly folder: string;
  /** The GDB that knows ARM; undefined where none was found, and the extension's own settings count. */
  readonly gdb: string | undefined;
}

/** What starts a debug session of `type` on an emulated controller, in the terms of that extension. */
export function emulatorConfiguration(
  type: DebugExtension['type'],
  { name, elf, port, folder, gdb }: EmulatedProgram,
): { readonly name: string; readonly type: string; readonly request: string } & Record<string, unknown> {
  const address = `127.0.0.1:${port}`;
  if (type === 'cortex-debug') {
    return {
      ...cortexDebugBase({ name, elf }),
      type,
      request: 'attach',
      servertype: 'external',
      gdbTarget: address,
      cwd: folder,
      ...(gdb === undefined ? {} : { gdbPath: gdb }),
    };
  }
  return {
    name,
    type,
    request: 'launch',
    MIMode: 'gdb',
    miDebuggerServerAddress: address,
    ...(gdb === undefined ? {} : { miDebuggerPath: gdb }),
    program: elf,
    cwd: folder,
    stopAtConnect: true,
  };
}

/** What does the same in a terminal. */
export function gdbCommand(elf: string, port: number, gdb = 'gdb-multiarch'): string {
  const quoted = (word: string): string => (/^[\w./:\\-]+$/.test(word) ? word : `"${word}"`);
  return `${quoted(gdb)} ${quoted(elf)} -ex "target remote :${port}"`;
}
