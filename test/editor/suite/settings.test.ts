import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Controller } from '../../../src/controllers/controller';
import type { Api } from '../../../src/extension';
import type { UpdateResult } from '../../../src/update/verdict';
import { syntheticImage } from '../../support/syntheticImage';
import { Dialogs } from './dialogs';
import { extensionApi, simulate, until } from './extensionApi';

describe('settings as documents', () => {
  let api: Api;
  let folder: string;
  let dialogs: Dialogs;
  let controller: Controller;

  before(async () => {
    api = await extensionApi();
    folder = mkdtempSync(join(tmpdir(), 'vesc-settings-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => (dialogs = new Dialogs()));
  afterEach(async () => {
    dialogs.dispose();
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('vesc.disconnect', { controller });
  });

  const openSettings = async (kind: RegExp): Promise<vscode.TextDocument> => {
    dialogs.pick(kind);
    const uri = await vscode.commands.executeCommand<vscode.Uri>('vesc.openSettings', { controller });
    return vscode.workspace.openTextDocument(uri);
  };

  const change = async (document: vscode.TextDocument, name: string, value: string): Promise<void> => {
    const edit = new vscode.WorkspaceEdit();
    const line = document
      .getText()
      .split('\n')
      .findIndex((each) => each.startsWith(`${name} =`));
    assert.ok(line >= 0, name);
    edit.replace(document.uri, document.lineAt(line).range, `${name} = ${value}`);
    assert.ok(await vscode.workspace.applyEdit(edit));
  };

  const remarks = (uri: vscode.Uri): string[] =>
    vscode.languages.getDiagnostics(uri).map(({ message }) => message);

  it('are written when they are saved, and say what the firmware made of them', async () => {
    controller = await simulate('60?speed=0&can=1');
    const document = await openSettings(/Motor configuration/);
    assert.match(document.getText(), /^l_current_max = 60 A$/m);
    await change(document, 'l_current_max', '500 A');
    await change(document, 'l_watt_max', '700 W');
    assert.ok(await document.save());
    await until('the document shows what is on the controller', () =>
      /^l_current_max = 120 A$/m.test(document.getText()),
    );
    assert.match(document.getText(), /^l_watt_max = 700 W$/m);
    assert.ok(!document.isDirty);
    await until('it is said', () => remarks(document.uri).length > 0);
    assert.deepEqual(remarks(document.uri), ['500 A was written; the firmware made it 120 A']);
  });

  it('are not written while anything is wrong with them', async () => {
    controller = await simulate('60?speed=0');
    const document = await openSettings(/App configuration/);
    await change(document, 'app_to_use', 'APP_TOASTER');
    await until('it is said', () => remarks(document.uri).length > 0);
    assert.match(remarks(document.uri)[0] ?? '', /app_to_use is one of APP_NONE, APP_PPM/);
    assert.equal(await document.save(), false);
    const { value } = await vscode.commands
      .executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        document.positionAt(document.getText().indexOf('app_to_use = ') + 'app_to_use = '.length),
      )
      .then((list) => ({ value: list.items.map(({ label }) => label) }));
    assert.ok(value.includes('APP_UART'));
  });

  it('are compared with the defaults and with a snapshot', async () => {
    controller = await simulate('60?speed=0');
    await vscode.commands.executeCommand('vesc.saveSettings', { controller });
    for (const other of [/Defaults/, /\d{4}-\d\d-\d\d/]) {
      dialogs.pick(/Motor configuration/, other);
      const left = await vscode.commands.executeCommand<vscode.Uri>('vesc.compareSettings', { controller });
      const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      assert.ok(input instanceof vscode.TabInputTextDiff);
      assert.equal(input.original.toString(), left.toString());
      assert.match((await vscode.workspace.openTextDocument(left)).getText(), /^l_current_max = 60 A$/m);
    }
  });

  it('go to a file of VESC Tool and come back from it', async () => {
    controller = await simulate('60?speed=0&fault=DRV');
    const file = join(folder, 'motor.xml');
    dialogs.pick(/Motor configuration/);
    dialogs.choose(file);
    await vscode.commands.executeCommand('vesc.exportSettings', { controller });
    const text = readFileSync(file, 'utf8');
    assert.match(text, /<MCConfiguration>/);
    writeFileSync(file, text.replace('<l_current_max>60<', '<l_current_max>44<'));
    const uri = await vscode.commands.executeCommand<vscode.Uri>('vesc.importSettings', { controller });
    const document = await vscode.workspace.openTextDocument(uri);
    assert.ok(document.isDirty, 'nothing is written before it is saved');
    assert.match(document.getText(), /^l_current_max = 44 A$/m);
    assert.ok(await document.save());
  });

  it('of 6.05 arrive on 7.01 after an update, every one accounted for', async () => {
    controller = await simulate('60?version=6.05&speed=0');
    const document = await openSettings(/Motor configuration/);
    await change(document, 'l_current_max', '44.5 A');
    await change(document, 'l_watt_max', '900 W');
    assert.ok(await document.save());
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    api.core.registry.select(controller);
    const image = join(folder, '60.bin');
    writeFileSync(image, syntheticImage({ hardware: '60', version: { major: 7, minor: 1 } }));
    dialogs.untick(/^l_watt_max$/);
    dialogs.press('Carry settings over…', 'Restore');
    const result = await vscode.commands.executeCommand<UpdateResult>(
      'vesc.flashFile',
      vscode.Uri.file(image),
    );
    assert.equal(result.verdict, 'updated', result.error?.message);
    await until('they are carried over', () => dialogs.said.some((text) => text.includes('Carried over:')));
    const said = dialogs.said.find((text) => text.includes('Carried over:')) ?? '';
    assert.match(said, /motor configuration \(190 kept, 3 changed, 9 new, 3 dropped/);
    assert.match(said, /app configuration \(117 kept, 2 changed, 2 new/);
    const account = vscode.workspace.textDocuments.find(({ uri }) => uri.path.startsWith('/migration/'));
    assert.match(account?.getText() ?? '', /### New, with the default of the firmware \(9\)/);
    assert.match(account?.getText() ?? '', /\| l\\?_current\\?_max \| 44\.5 A \| 44\.5 A \|/);
    const now = await openSettings(/Motor configuration/);
    assert.match(now.getText(), /^l_current_max = 44\.5 A$/m);
    assert.match(now.getText(), /^l_watt_max = 1500000 W$/m, 'what was not ticked stays');
  });
});
