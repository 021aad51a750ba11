import { localTime } from '../base/localTime';
import * as vscode from 'vscode';
import { isVescError, VescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import { type Migrate, restoreSettings as writeBack, type RestoredPart } from '../settings/settingsRestore';
import { parseSnapshot } from '../settings/snapshot';
import type { ControllerIdentity } from '../update/controllerIdentity';
import { requireStandstill } from '../update/standstill';
import type { ControllerTarget } from '../views/commandNames';
import {
  contentWords,
  type FoundSnapshot,
  restoreNotice,
  type SnapshotRow,
  snapshotRows,
} from '../views/snapshotWords';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import { readBytes } from './files';
import { chooseMigration } from './migrateSettings';
import { requireSettings, saveSnapshot } from './saveSettings';
import type { Shell } from './shell';
import { tellsBusy, type WorkHooks, workOn } from './work';

const RESTORE = 'Restore';

/**
 * Writes settings and code that were saved back to the controller they came from. What is there before is saved
 * first, so that this can be undone. Undefined when the user changed their mind.
 * @throws VescError of the link, `not-connected`, `not-a-motor-controller`, `motor-turning`, `no-snapshot`,
 * `snapshot-unreadable`
 */
export async function restoreSettings(
  shell: Shell,
  target?: ControllerTarget & { readonly snapshotPath?: string },
): Promise<readonly RestoredPart[] | undefined> {
  const controller = await chooseController(shell, target);
  if (!controller || tellsBusy(shell, controller)) return undefined;
  const identity = requireSettings(controller);
  const found =
    target?.snapshotPath === undefined
      ? await pickSnapshot(shell, controller, identity)
      : await readSnapshot(target.snapshotPath, identity);
  if (!found) return undefined;
  const migrate = await chooseMigration(shell, controller, found.snapshot);
  if (!migrate || !(await isConfirmed(controller, found)) || tellsBusy(shell, controller)) return undefined;
  const title = `Restoring the settings of ${plain(controller.title)}`;
  shell.log.info(`${title} at ${formatPlace(controller)} from ${found.path}`);
  const parts = await workOn(shell, controller, title, (hooks) =>
    restore(shell, controller, identity, found, migrate === 'none' ? undefined : migrate, hooks),
  );
  if (!parts) return undefined;
  for (const { what, outcome, detail } of parts)
    shell.log.info(`  ${what}: ${outcome}${detail === undefined ? '' : ` (${detail})`}`);
  // What an update still owed it is paid with this.
  if (parts.every(({ outcome }) => outcome !== 'failed'))
    await shell.core.journal.settle(identity.uuid, 'restoring');
  await shell.settingsFiles.made?.refresh(identity.uuid);
  shell.notifier.show(restoreNotice(parts, controller.title), {
    'restore-settings': () => restoreSettings(shell, { controller }),
  });
  return parts;
}

async function restore(
  shell: Shell,
  controller: Controller,
  identity: ControllerIdentity,
  { snapshot }: FoundSnapshot,
  migrate: Migrate | undefined,
  hooks: WorkHooks,
): Promise<RestoredPart[] | undefined> {
  const access = shell.core.registry.accessTo(controller);
  await requireStandstill(access.endpoint);
  try {
    const saved = await saveSnapshot(shell, controller, identity, hooks);
    shell.log.info(`saved before as ${saved.path}`);
  } catch (error) {
    if (!isVescError(error)) throw error;
    if (hooks.signal.aborted || !(await isInsisted(error))) return undefined;
  }
  // From here nothing is cancelled: half old and half new is worse than either.
  return writeBack(
    access,
    snapshot,
    (what, fraction) => hooks.report({ message: `Restoring ${what}`, fraction, cancellable: false }),
    migrate,
  );
}

/** Those kept of this controller, newest first, or one in a file. */
async function pickSnapshot(
  shell: Shell,
  controller: Controller,
  identity: ControllerIdentity,
): Promise<FoundSnapshot | undefined> {
  const { uuid, firmware } = identity;
  const kept = await shell.core.snapshots.list(uuid);
  const rows: (vscode.QuickPickItem & SnapshotRow)[] = snapshotRows(kept, firmware);
  const pick = await vscode.window.showQuickPick(rows, {
    title: `VESC: Restore settings of ${plain(controller.title)}`,
    placeHolder: kept.length === 0 ? 'Nothing was saved of this controller yet' : 'Saved when?',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!pick || pick.found) return pick?.found;
  const files = await vscode.window.showOpenDialog({
    title: 'VESC: Restore settings',
    openLabel: RESTORE,
    filters: { Settings: ['json'] },
  });
  const path = files?.[0]?.fsPath;
  return path === undefined ? undefined : readSnapshot(path, identity);
}

/** @throws VescError `file-unreadable`, `snapshot-unreadable`, `no-snapshot` for one of another controller */
async function readSnapshot(
  path: string,
  { uuid, hardware }: Pick<ControllerIdentity, 'uuid' | 'hardware'>,
): Promise<FoundSnapshot> {
  const snapshot = parseSnapshot(new TextDecoder().decode(await readBytes(path)), path);
  // The calibration of one controller is not that of another.
  if (snapshot.uuid !== uuid) throw new VescError('no-snapshot', { path, uuid, hardware });
  return { path, snapshot };
}

async function isConfirmed(controller: Controller, { snapshot }: FoundSnapshot): Promise<boolean> {
  const where = `${plain(controller.title)} (${plain(formatPlace(controller), 200)})`;
  const detail =
    `In it: ${contentWords(snapshot)}. They replace what is on the controller, which is saved first. ` +
    'The motor must not turn: at the end the throttle inputs start with their restored settings.';
  const question = `Restore the settings of ${where} as they were on ${localTime(snapshot.takenAt)}?`;
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, RESTORE)) === RESTORE;
}

/** What cannot be saved is gone with the restore; only its owner can say whether that matters. */
async function isInsisted(error: VescError): Promise<boolean> {
  const question = 'What is on the controller could not be saved first. Restore all the same?';
  const detail = plain(error.happened, 400);
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, RESTORE)) === RESTORE;
}
