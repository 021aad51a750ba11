import * as path from 'node:path';
import * as vscode from 'vscode';
import { VescError } from '../base/errors';
import { which } from '../build/toolchain';
import type { EmulatedRun } from '../controllers/emulatedRun';
import type { ControllerTarget } from '../views/commandNames';
import {
  DEBUG_EXTENSIONS,
  emulatorConfiguration,
  type EmulatedProgram,
  gdbCommand,
} from '../views/emulatorDebugging';
import { plain } from '../views/text';
import { chooseEmulated, type EmulatedTarget } from './emulatedTarget';
import { runInEmulator } from './runInEmulator';
import type { Shell } from './shell';

const GDBS = ['arm-none-eabi-gdb', 'gdb-multiarch'];
const INSTALL = 'Install Cortex-Debug';
const TERMINAL = 'Open in terminal';
const COPY = 'Copy GDB command';

/**
 * Debugs what runs in an emulated controller, which is started when none runs: GDB is served at a free port, and the
 * extension that is there attaches. Where none is, it is said which one would do, and how GDB alone does.
 * @returns true when a session has started
 * @throws VescError `not-connected`, `file-unreadable` without an ELF, `cannot-listen`, and those of running it
 */
export async function debugInEmulator(shell: Shell, target?: ControllerTarget): Promise<boolean> {
  const emulated = (await chooseEmulated(shell, target)) ?? (await start(shell));
  if (!emulated) return false;
  const run = shell.core.emulated.find(emulated.name);
  if (!run) throw new VescError('not-connected', { what: emulated.controller.title });
  const elf = await elfOf(shell, run);
  const port = await run.serveGdb();
  const program: EmulatedProgram = {
    name: `VESC: debug ${plain(emulated.controller.title)} in emulator`,
    elf,
    port,
    folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? path.dirname(elf),
    gdb: await which(GDBS, shell.host),
  };
  shell.log.info(`GDB can attach to ${emulated.name}: target remote :${port}`);
  const extension = DEBUG_EXTENSIONS.find(({ id }) => vscode.extensions.getExtension(id));
  if (extension) {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    return vscode.debug.startDebugging(folder, emulatorConfiguration(extension.type, program));
  }
  offerGdb(program).catch((error: unknown) => shell.notifier.fail(error));
  return false;
}

/** Nothing runs yet: the current build does then. */
async function start(shell: Shell): Promise<EmulatedTarget | undefined> {
  const controller = await runInEmulator(shell);
  return controller ? chooseEmulated(shell, { controller }) : undefined;
}

/** The ELF of the build that runs: the one that its identity leads to, else the one beside the image. */
async function elfOf(shell: Shell, { buildId, image }: EmulatedRun): Promise<string> {
  const record = buildId === undefined ? undefined : await shell.records.find(buildId);
  const { dir, name } = path.parse(image);
  for (const elf of [record?.elf, path.join(dir, `${name}.elf`)]) {
    if (elf !== undefined && (await shell.host.files.status(elf))?.kind === 'file') return elf;
  }
  throw new VescError('file-unreadable', {
    path: path.join(dir, `${name}.elf`),
    reason: 'debugging needs the ELF of the build, and it is neither there nor kept',
  });
}

/** Without an extension that could: which one to install, and how GDB alone does. */
async function offerGdb({ elf, port, gdb }: EmulatedProgram): Promise<void> {
  const command = gdbCommand(elf, port, gdb);
  const text =
    `GDB can attach to the emulated controller at 127.0.0.1:${port}. To debug in the editor, install ` +
    `${DEBUG_EXTENSIONS.map(({ name }) => name).join(' or ')}${gdb === undefined ? ', and gdb-multiarch' : ''}.`;
  const action = await vscode.window.showWarningMessage(text, INSTALL, TERMINAL, COPY);
  switch (action) {
    case INSTALL:
      await vscode.commands.executeCommand('workbench.extensions.search', `@id:${DEBUG_EXTENSIONS[0]!.id}`);
      break;
    case TERMINAL: {
      const terminal = vscode.window.createTerminal('GDB: emulated controller');
      terminal.show();
      terminal.sendText(command);
      break;
    }
    case COPY:
      await vscode.env.clipboard.writeText(command);
      break;
    case undefined:
      break;
  }
}
