import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Controller } from '../../../src/controllers/controller';
import type { Api } from '../../../src/extension';
import { type Card, placesOf } from '../../../src/views/card';
import type { Row } from '../../../src/views/nodeChanges';
import { extensionApi, provideFirmware, simulate, until } from './extensionApi';

describe('from a fault to its line', () => {
  let api: Api;
  let folder: string;
  let controller: Controller;

  before(async () => {
    api = await extensionApi();
    folder = await provideFirmware(api);
    await vscode.commands.executeCommand('vesc.controllers.focus');
    // As fast as a real one: its starts are told apart by its uptime.
    const history = 'fault=ABS_OVER_CURRENT&crash=halt:Current offset out of range';
    controller = await simulate(`60?${history}&speed=1`);
  });
  after(async () => {
    await vscode.commands.executeCommand('vesc.disconnect', { controller });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  const row = (label: string, within = api.tree.rows[0]?.children ?? []): Row | undefined =>
    within.find(({ node }) => node.label === label);
  /** What happens when a row is clicked. */
  const click = async (clicked: Row): Promise<void> => {
    const { command } = api.tree.getTreeItem(clicked);
    assert.ok(command, `${clicked.node.label} does nothing`);
    await vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]));
  };
  const shown = async (title: string): Promise<Card> => {
    await until(`a card shows ${title} with its places`, () => {
      const card = api.page.made?.shown;
      return card?.title === title && placesOf(card).length > 0;
    });
    return api.page.made!.shown!;
  };
  const lineAtCursor = (): string => {
    const editor = vscode.window.activeTextEditor;
    return editor ? editor.document.lineAt(editor.selection.active.line).text.trim() : '';
  };

  it('takes two clicks: on the fault in the tree, and on the place in its card', async () => {
    await until(
      'the fault is in the tree',
      () => row('ABS OVER CURRENT', row('Fault')?.children) !== undefined,
    );
    await click(row('ABS OVER CURRENT', row('Fault')?.children)!);
    const card = await shown('ABS OVER CURRENT');
    assert.equal(placesOf(card)[0]?.label, 'motor/mc_interface.c:43');
    await api.page.made!.receive({ type: 'open', place: 0 });
    const { document } = vscode.window.activeTextEditor!;
    assert.equal(document.uri.fsPath, vscode.Uri.file(join(folder, 'motor', 'mc_interface.c')).fsPath);
    assert.equal(lineAtCursor(), 'mc_interface_fault_stop(FAULT_CODE_ABS_OVER_CURRENT, 0, 1);');
  });

  it('goes nowhere for a message that no page of ours sends', async () => {
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    for (const message of [undefined, 'open', { type: 'open', place: 99 }, { type: 'run', place: 0 }]) {
      await api.page.made!.receive(message);
    }
    assert.equal(vscode.window.activeTextEditor, undefined);
  });

  it('takes one click on a crash that is shown', async () => {
    await until('the halt is in the tree, with its line', () =>
      /^motor\/mc_interface\.c:\d+ · Current offset out of range$/.test(
        row('Halted')?.node.description ?? '',
      ),
    );
    await click(row('Halted')!);
    await shown('Halt: Current offset out of range');
    await api.page.made!.receive({ type: 'open', place: 0 });
    assert.equal(lineAtCursor(), 'chSysHalt("Current offset out of range");');
  });

  it('says what a fault means where its name stands in the source, and when it last struck', async () => {
    const uri = vscode.Uri.file(join(folder, 'motor', 'mc_interface.c'));
    const document = await vscode.workspace.openTextDocument(uri);
    const at = document.positionAt(document.getText().indexOf('FAULT_CODE_ABS_OVER_CURRENT') + 3);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      at,
    );
    const text = hovers
      .flatMap(({ contents }) => contents)
      .map((content) => (typeof content === 'string' ? content : content.value))
      .join('\n')
      .replaceAll('&nbsp;', ' ');
    assert.match(text, /ABS OVER CURRENT/);
    assert.match(text, /went beyond the absolute maximum/);
    assert.match(text, /60: before \d\d:\d\d:\d\d \(1 time on record\)|60: last before/);
  });

  it('keeps the faults that the controller forgets at a restart', async () => {
    await vscode.commands.executeCommand('vesc.reboot', { controller });
    await until('it is back, and its old faults are in the tree', () => {
      const earlier = row('Before its last start', row('Fault')?.children);
      return controller.state === 'connected' && row('ABS OVER CURRENT', earlier?.children) !== undefined;
    });
    assert.deepEqual(controller.faultHistory, []);
    const earlier = row('Before its last start', row('Fault')?.children);
    await click(row('ABS OVER CURRENT', earlier?.children)!);
    const card = await shown('ABS OVER CURRENT');
    assert.match(card.subtitle, /before its last start/);
  });
});
