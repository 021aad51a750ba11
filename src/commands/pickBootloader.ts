import { readdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { checkBootloader, readBootloader, warnAboutBootloader } from '../image/bootloaderFile';
import {
  BOOTLOADER_FILES,
  type BootloaderRow,
  bootloaderRows,
  PREBUILT_FILES,
} from '../views/bootloaderChoice';
import { makeFolder } from '../settings/folder';
import { plain } from '../views/text';
import { readBytes } from './files';
import type { Shell } from './shell';

const FOLDER_KEY = 'vesc.bootloaderFolder';
const MOST_FILES = 20;
const CHOOSE = 'Choose';

/** A file that is a bootloader, as far as that can be seen. */
export interface PickedBootloader {
  readonly name: string;
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * Lets the user pick a bootloader: from the workspace, one kept from earlier, or any file. Undefined when they changed
 * their mind.
 * @param without a row for going on without a file
 * @throws VescError of a file that is no bootloader
 */
export async function pickBootloader(
  shell: Shell,
  title: string,
  without?: BootloaderRow,
): Promise<PickedBootloader | 'without' | undefined> {
  const pick = await pickFile(shell, title, without);
  if (pick === undefined || pick === 'without') return pick;
  const { file } = pick;
  const name = path.basename(file);
  const bytes = readBootloader(await readBytes(file), name);
  // Nobody shall have to confirm what cannot be done.
  const [problem] = checkBootloader(bytes, name);
  if (problem) throw problem;
  if (!(await isWanted(bytes, name))) return undefined;
  await keep(shell, name, bytes);
  return { name, file, bytes };
}

async function isWanted(bytes: Uint8Array, name: string): Promise<boolean> {
  const [warning] = warnAboutBootloader(bytes, plain(name));
  if (warning === undefined) return true;
  const anyway = 'Use it anyway';
  const options = { modal: true, detail: warning };
  return (
    (await vscode.window.showWarningMessage('This bootloader will not work.', options, anyway)) === anyway
  );
}

async function pickFile(
  shell: Shell,
  title: string,
  without: BootloaderRow | undefined,
): Promise<{ readonly file: string } | 'without' | undefined> {
  const found = [
    ...(await vscode.workspace.findFiles(BOOTLOADER_FILES, '**/node_modules/**', MOST_FILES)),
    ...(await vscode.workspace.findFiles(PREBUILT_FILES, '**/node_modules/**', MOST_FILES)),
  ];
  const files = new Set(found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath));
  const kept = await keptFiles(shell);
  if (files.size + kept.length === 0 && !without) return asFile(await browse(shell, title));
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const rows: (vscode.QuickPickItem & BootloaderRow)[] = [
    ...(without ? [without] : []),
    ...bootloaderRows([...files], folders, kept),
  ];
  const pick = await vscode.window.showQuickPick(rows, {
    title,
    placeHolder: 'The bootloader for this hardware, or the generic one',
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (pick === undefined) return undefined;
  return pick === without ? 'without' : asFile(pick.path ?? (await browse(shell, title)));
}

const asFile = (file: string | undefined): { readonly file: string } | undefined =>
  file === undefined ? undefined : { file };

async function browse({ remembered }: Shell, title: string): Promise<string | undefined> {
  const folder = remembered.get(FOLDER_KEY);
  const files = await vscode.window.showOpenDialog({
    title,
    openLabel: CHOOSE,
    filters: { Bootloader: ['bin', 'hex', 'elf'] },
    ...(typeof folder === 'string' ? { defaultUri: vscode.Uri.file(folder) } : {}),
  });
  const file = files?.[0]?.fsPath;
  if (file !== undefined) await remembered.update(FOLDER_KEY, path.dirname(file));
  return file;
}

function keptFolder({ core }: Shell): string {
  return path.join(core.dataDirectory, 'bootloaders');
}

async function keptFiles(shell: Shell): Promise<string[]> {
  const names = await readdir(keptFolder(shell)).catch(() => []);
  return names.filter((name) => name.endsWith('.bin')).map((name) => path.join(keptFolder(shell), name));
}

/** The next time, perhaps without this workspace, it is at hand. That it cannot be kept is no reason to stop. */
async function keep(shell: Shell, name: string, bytes: Uint8Array): Promise<void> {
  const file = path.join(keptFolder(shell), `${path.parse(name).name}.bin`);
  await makeFolder(keptFolder(shell)).catch(() => undefined);
  await writeFile(file, bytes).catch(() => undefined);
}
