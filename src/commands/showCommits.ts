import * as vscode from 'vscode';
import { VescError } from '../base/errors';
import { type Commit, commitsBetween } from '../build/commitLog';
import { describeRelation } from '../controllers/buildRelation';
import type { ControllerTarget } from '../views/commandNames';
import { commitUri } from '../views/commitDocuments';
import { commitRows, noCommitsText } from '../views/commitWords';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import type { Shell } from './shell';

type CommitPick = vscode.QuickPickItem & { readonly commit?: Commit };

/**
 * Lists the commits between what a controller runs and what is checked out; choosing one shows what it changed.
 * @throws VescError `not-connected`, `no-firmware-tree`
 */
export async function showCommits(
  shell: Shell,
  target?: ControllerTarget,
): Promise<readonly Commit[] | undefined> {
  const controller = await chooseController(shell, target);
  if (!controller) return undefined;
  const { identity, title } = controller;
  if (!identity) throw new VescError('not-connected', { what: title });
  const tree = await shell.workspace.requireTree();
  const { commit, buildId } = identity.firmware;
  const between = commit === undefined ? undefined : await commitsBetween(tree, commit, shell.host);
  const rows = between ? commitRows(between) : [];
  if (!between || rows.length === 0) {
    const record = buildId === undefined ? undefined : await shell.records.find(buildId);
    shell.notifier.show({
      severity: 'information',
      text: noCommitsText(title, commit, between, record),
      actions: [],
    });
    return [];
  }
  const relation = shell.relations.of(controller);
  const picks = rows.map((row): CommitPick =>
    row.commit ? row : { ...row, kind: vscode.QuickPickItemKind.Separator },
  );
  const commits = [...between.missing, ...between.extra];
  void vscode.window
    .showQuickPick(picks, {
      title: `${plain(title)}: ${relation ? plain(describeRelation(relation)) : 'compared with this workspace'}`,
      placeHolder: 'Choose a commit to see what it changed',
      matchOnDescription: true,
    })
    .then(async (pick) => {
      if (!pick?.commit) return;
      const document = await vscode.workspace.openTextDocument(commitUri(tree.root, pick.commit.hash));
      await vscode.window.showTextDocument(await vscode.languages.setTextDocumentLanguage(document, 'diff'), {
        preview: true,
      });
    })
    .then(undefined, (error: unknown) => shell.notifier.fail(error));
  return commits;
}
