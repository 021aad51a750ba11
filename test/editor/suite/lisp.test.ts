import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Controller } from '../../../src/controllers/controller';
import type { LispUpload } from '../../../src/commands/uploadLisp';
import type { Api } from '../../../src/extension';
import { readCode } from '../../../src/settings/storedCode';
import { unpackLisp } from '../../../src/settings/lispPack';
import { extensionApi, simulate, until } from './extensionApi';

async function lenses(uri: vscode.Uri): Promise<(string | undefined)[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
    10,
  );
  return found.map(({ command }) => command?.command).filter((name) => name?.startsWith('vesc.'));
}

describe('LispBM in the editor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vesc-lisp-'));
  const file = (name: string, text: string): vscode.Uri => {
    writeFileSync(join(folder, name), text);
    return vscode.Uri.file(join(folder, name));
  };
  let api: Api;
  let controller: Controller;

  before(async () => {
    api = await extensionApi();
    file('lib.lbm', '(defun f (x) (+ x 1))\n');
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('vesc.disconnect', { controller });
  });

  it('has lenses above a source only while a controller is connected', async () => {
    const uri = file('lens.lisp', '(f)\n');
    await vscode.workspace.openTextDocument(uri);
    assert.deepEqual(await lenses(uri), []);
    controller = await simulate('60?version=7.01&speed=0');
    assert.deepEqual(await lenses(uri), ['vesc.uploadLisp', 'vesc.stopLisp', 'vesc.openLispRepl']);
  });

  it('saves, uploads and runs a file with its imports, and watches it until it is stopped', async () => {
    const uri = file('main.lisp', `(import "lib.lbm" 'lib)\n`);
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(1, 0), '(puts "unsaved")\n'));
    const upload = await vscode.commands.executeCommand<LispUpload | undefined>('vesc.uploadLisp');
    assert.equal(upload?.changed, true);
    assert.equal(document.isDirty, false);
    const stored = await readCode(controller.endpoint!, 'lisp');
    const { source, files } = unpackLisp(stored!);
    assert.match(new TextDecoder().decode(source), /unsaved/);
    assert.deepEqual(
      files.map(({ name }) => name),
      ['lib'],
    );
    const { watch } = api.lisp.made!.programs.of(controller);
    await until('its statistics are read', () => watch.stats !== undefined);
    assert.equal(await vscode.commands.executeCommand('vesc.stopLisp', { controller }), true);
    assert.deepEqual([watch.isRunning, watch.stats], [false, undefined]);
  });

  it('shows errors at their lines, those of imports too, until the file is uploaded again', async () => {
    const uri = file('bad.lisp', '(puts "a")\n\n(defun f (\n');
    await vscode.commands.executeCommand('vesc.uploadLisp', uri);
    await until('the error is shown', () => vscode.languages.getDiagnostics(uri).length === 1);
    const [read] = vscode.languages.getDiagnostics(uri);
    assert.deepEqual([read!.source, read!.range.start.line], ['LispBM', 3]);
    file('bad.lisp', `\n(import "no.lbm" 'no)\n`);
    assert.equal(await vscode.commands.executeCommand('vesc.uploadLisp', uri), undefined);
    const [missing] = vscode.languages.getDiagnostics(uri);
    assert.match(missing!.message, /no\.lbm/);
    assert.equal(missing!.range.start.line, 1);
    file('bad.lisp', '(puts "good")\n');
    await vscode.commands.executeCommand('vesc.uploadLisp', uri);
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
  });

  it('opens one REPL a controller', async () => {
    const before = vscode.window.terminals.length;
    await vscode.commands.executeCommand('vesc.openLispRepl', { controller });
    await vscode.commands.executeCommand('vesc.openLispRepl', { controller });
    await until('it is open', () => vscode.window.terminals.length === before + 1);
    assert.match(vscode.window.terminals.at(-1)!.name, /LispBM/);
    vscode.window.terminals.at(-1)?.dispose();
  });
});
