import * as vscode from 'vscode';
import { VescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import type { ConfigurationKind } from '../protocol/messages/configuration';
import { CONFIGURATION_NAMES } from '../settings/configuration';
import { readSettingsFile, settingsFileText, valuesForController } from '../settings/settingsFile';
import { settingsDocument } from '../settings/settingsDocument';
import type { ControllerTarget } from '../views/commandNames';
import { uriOf } from '../views/settingsFiles';
import type { SettingsPlace } from '../views/settingsPlace';
import { snapshotRows } from '../views/snapshotWords';
import { count, plain } from '../views/text';
import { chooseController } from './chooseController';
import { readBytes } from './files';
import { requireSettings } from './saveSettings';
import type { Shell } from './shell';

const FILTERS = { 'VESC Tool': ['xml'], 'List of settings': ['conf'] };
const NAMED = 8;

interface Opened {
  readonly controller: Controller;
  readonly uuid: string;
  readonly kind: ConfigurationKind;
}

/**
 * Opens settings of a controller as a document; saving it writes them. Undefined when the user changed their mind.
 * @throws VescError of the link, `not-connected`, `not-a-motor-controller`, `layout-unknown`
 */
export async function openSettings(shell: Shell, target?: ControllerTarget): Promise<vscode.Uri | undefined> {
  const chosen = await choose(shell, target, 'Open settings');
  if (!chosen) return undefined;
  const uri = await reach(shell, { source: 'controller', ...chosen });
  await vscode.window.showTextDocument(uri, { preview: false });
  return uri;
}

/**
 * Shows side by side where the settings of a controller differ from a snapshot, the defaults of its firmware, or
 * another controller.
 * @throws VescError as {@link openSettings}, `snapshot-unreadable`
 */
export async function compareSettings(
  shell: Shell,
  target?: ControllerTarget,
): Promise<vscode.Uri | undefined> {
  const chosen = await choose(shell, target, 'Compare settings');
  if (!chosen) return undefined;
  const other = await chooseOther(shell, chosen);
  if (!other) return undefined;
  const left = await reach(shell, other.place);
  const right = await reach(shell, { source: 'controller', ...chosen });
  const title = `${other.title} ↔ ${plain(chosen.controller.title)} (${CONFIGURATION_NAMES[chosen.kind]})`;
  await vscode.commands.executeCommand('vscode.diff', left, right, title);
  return left;
}

/**
 * Writes settings of a controller to a file: VESC Tool's XML, or lines as they stand in the editor.
 * @throws VescError as {@link openSettings}, `file-unwritable`
 */
export async function exportSettings(
  shell: Shell,
  target?: ControllerTarget,
): Promise<vscode.Uri | undefined> {
  const chosen = await choose(shell, target, 'Export settings');
  if (!chosen) return undefined;
  const settingsSource = await shell.settingsSource.get();
  const configuration = await settingsSource.read({ source: 'controller', ...chosen });
  const file = await vscode.window.showSaveDialog({ title: 'VESC: Export settings', filters: FILTERS });
  if (!file) return undefined;
  try {
    const text = settingsFileText(configuration, file.path);
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  } catch (error) {
    const reason = (error as Error).message;
    throw new VescError('file-unwritable', { path: file.fsPath, reason }, { cause: error });
  }
  const settings = count(configuration.layout.fields.length, 'setting');
  shell.notifier.show({
    severity: 'information',
    text: `${settings} saved to ${plain(file.fsPath, 200)}.`,
    actions: [],
  });
  return file;
}

/**
 * Puts the settings in a file into the document of the controller, unsaved: what is saved there is written.
 * @throws VescError as {@link openSettings}, `settings-file-unreadable`, `settings-invalid`
 */
export async function importSettings(
  shell: Shell,
  target?: ControllerTarget,
): Promise<vscode.Uri | undefined> {
  const controller = await chooseController(shell, target);
  if (!controller) return undefined;
  const { uuid } = requireSettings(controller);
  const [picked] =
    (await vscode.window.showOpenDialog({
      title: 'VESC: Import settings',
      openLabel: 'Import',
      filters: { Settings: ['xml', 'conf'] },
    })) ?? [];
  if (!picked) return undefined;
  const text = new TextDecoder().decode(await readBytes(picked.fsPath));
  const source = 'controller';
  const settingsSource = await shell.settingsSource.get();
  const file = await readSettingsFile(
    text,
    picked.fsPath,
    async (kind) => (await settingsSource.read({ source, uuid, kind })).layout,
  );
  const { kind, problems, configuration } = file;
  if (problems.length > 0) throw new VescError('settings-invalid', { problems });
  const present = await settingsSource.read({ source, uuid, kind });
  const { values, remarks } = valuesForController(configuration, present);
  const uri = await reach(shell, { source, uuid, kind });
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  const everything = document.validateRange(new vscode.Range(0, 0, document.lineCount, 0));
  const merged = { layout: present.layout, values: new Map([...present.values, ...values]) };
  edit.replace(uri, everything, settingsDocument(merged));
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document, { preview: false });
  for (const remark of remarks) shell.log.info(`${picked.fsPath}: ${remark}`);
  const more = remarks.length > NAMED ? [`and ${remarks.length - NAMED} more, in the log`] : [];
  shell.notifier.show({
    severity: remarks.length > 0 ? 'warning' : 'information',
    text: [
      'Look the imported settings through; saving the document writes them to the controller.',
      ...remarks.slice(0, NAMED).map((remark) => `${plain(remark, 200)}.`),
      ...more,
    ].join(' '),
    actions: remarks.length > 0 ? ['log'] : [],
  });
  return uri;
}

/** The controller and which of its configurations. */
async function choose(
  shell: Shell,
  target: ControllerTarget | undefined,
  title: string,
): Promise<Opened | undefined> {
  const controller = await chooseController(shell, target);
  if (!controller) return undefined;
  const { uuid } = requireSettings(controller);
  const rows = (['mcconf', 'appconf'] as const).map((kind) => ({
    label: sentence(CONFIGURATION_NAMES[kind]),
    description: kind,
    kindOf: kind,
  }));
  const pick = await vscode.window.showQuickPick(rows, {
    title: `VESC: ${title} of ${plain(controller.title)}`,
    placeHolder: 'Which settings?',
  });
  return pick && { controller, uuid, kind: pick.kindOf };
}

interface Other {
  readonly title: string;
  readonly place: SettingsPlace;
}

async function chooseOther(shell: Shell, { controller, uuid, kind }: Opened): Promise<Other | undefined> {
  const { registry, snapshots } = shell.core;
  const rows: (vscode.QuickPickItem & { readonly other: Other })[] = [
    {
      label: '$(discard) Defaults of its firmware',
      description: 'with nothing stored',
      other: { title: 'Defaults', place: { source: 'defaults', uuid, kind } },
    },
  ];
  for (const each of registry.controllers.flatMap((one) => [one, ...(one.nodes ?? [])])) {
    if (each === controller || each.identity?.hardwareType !== 'vesc') continue;
    const place: SettingsPlace = { source: 'controller', uuid: each.identity.uuid, kind };
    rows.push({
      label: `$(circuit-board) ${plain(each.title)}`,
      description: plain(formatPlace(each), 200),
      other: { title: plain(each.title), place },
    });
  }
  for (const { found, ...row } of snapshotRows(
    await snapshots.list(uuid),
    requireSettings(controller).firmware,
  )) {
    if (!found) continue;
    const title = row.label.replace(/^\$\([\w-]+\)\s*/, '');
    rows.push({ ...row, other: { title, place: { source: 'snapshot', uuid, kind, path: found.path } } });
  }
  const pick = await vscode.window.showQuickPick(rows, {
    title: `VESC: Compare the ${CONFIGURATION_NAMES[kind]} of ${plain(controller.title)}`,
    placeHolder: 'With what?',
    matchOnDescription: true,
  });
  return pick?.other;
}

/** The URI of settings that can be read; the editor itself would only say that it could not open something. */
async function reach(shell: Shell, place: SettingsPlace): Promise<vscode.Uri> {
  const uri = uriOf(place);
  await (await shell.settingsFiles.get()).stat(uri);
  return uri;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
