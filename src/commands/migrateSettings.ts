import * as vscode from 'vscode';
import type { Controller } from '../controllers/controller';
import type { Migrate } from '../settings/settingsRestore';
import type { Snapshot } from '../settings/snapshot';
import { planSnapshot } from '../settings/snapshotMigration';
import { migrationChoices, type MigrationChoice, migrationDocument } from '../views/migrationWords';
import { plain } from '../views/text';
import type { Shell } from './shell';

/**
 * Lets the user choose what is carried over from `snapshot` to a controller that lays its settings out differently.
 * Beside the choice stands what becomes of every setting. `none` when nothing has to be carried over; `undefined`
 * when the user changed their mind.
 * @throws VescError of the link
 */
export async function chooseMigration(
  shell: Shell,
  controller: Controller,
  snapshot: Snapshot,
): Promise<Migrate | 'none' | undefined> {
  const { layouts, settingsFiles } = shell;
  const parts = await planSnapshot(shell.core.registry.accessTo(controller), snapshot, layouts);
  if (parts.length === 0) return 'none';
  const title = plain(controller.title);
  const files = await settingsFiles.get();
  const uri = files.put(
    { source: 'migration', uuid: controller.identity?.uuid ?? snapshot.uuid },
    migrationDocument(parts, title),
  );
  await vscode.window.showTextDocument(uri, { preserveFocus: true, preview: true });
  const choices = migrationChoices(parts);
  if (choices.length === 0) return { layouts };
  const picked = await vscode.window.showQuickPick(withSeparators(choices), {
    title: `VESC: Carry settings over to the firmware of ${title}`,
    placeHolder: 'What is ticked gets its old value; the rest stays as the firmware has it',
    canPickMany: true,
    ignoreFocusOut: true,
    matchOnDescription: true,
  });
  if (!picked) return undefined;
  const wanted = new Set(picked.flatMap((row) => ('name' in row ? [key(row.what, row.name)] : [])));
  const offered = new Set(choices.map(({ what, name }) => key(what, name)));
  return {
    layouts,
    wants: (what, name) => wanted.has(key(what, name)) || !offered.has(key(what, name)),
  };
}

type Row = MigrationChoice | { readonly label: string; readonly kind: vscode.QuickPickItemKind.Separator };

function withSeparators(choices: readonly MigrationChoice[]): Row[] {
  const rows: Row[] = [];
  for (const choice of choices) {
    if (rows.every((row) => row.label !== choice.what))
      rows.push({ label: choice.what, kind: vscode.QuickPickItemKind.Separator });
    rows.push(choice);
  }
  return rows;
}

function key(what: string, name: string): string {
  return `${what}\n${name}`;
}
