import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import manifest from '../../../package.json';
import { extensionApi } from './extensionApi';

const contributed = manifest.contributes.commands.map(({ command }) => command).sort();

describe('the extension in the editor', () => {
  it('activates', async () => {
    await extensionApi();
    const extension = vscode.extensions.getExtension(`${manifest.publisher}.${manifest.name}`);
    assert.equal(extension?.isActive, true);
  });

  it('registers every command that it contributes, and contributes every command that it registers', async () => {
    await extensionApi();
    const registered = (await vscode.commands.getCommands(true)).filter((each) => each.startsWith('vesc.'));
    // Views bring commands of their own (vesc.controllers.focus, …), which nobody contributes.
    const own = registered.filter((each) => !/^vesc\.(?:controllers|emulator)\./.test(each));
    assert.deepEqual(own.sort(), contributed);
  });

  it('takes no key that VS Code itself has given a meaning', async () => {
    const uri = vscode.Uri.parse('vscode://defaultsettings/keybindings.json');
    const text = (await vscode.workspace.openTextDocument(uri)).getText();
    const taken = [...text.matchAll(/"key":\s*"([^"]+)",?\s*"command":\s*"([^"]+)"/g)]
      .filter(([, , command = '']) => !command.startsWith('vesc.'))
      .map(([, key]) => key);
    assert.ok(taken.length > 100, 'the default keys could not be read');
    for (const { key, mac } of manifest.contributes.keybindings) {
      assert.ok(!taken.includes(key), `${key} is taken`);
      assert.ok(!taken.includes(mac), `${mac} is taken`);
    }
  });

  it('explains itself when nothing is connected, instead of failing', async () => {
    const { core } = await extensionApi();
    assert.equal(core.registry.controllers.length, 0);
    for (const command of [
      'vesc.showFaults',
      'vesc.reboot',
      'vesc.scan',
      'vesc.openTerminal',
      'vesc.disconnect',
      'vesc.installBootloader',
      'vesc.saveSettings',
      'vesc.restoreSettings',
      'vesc.openLiveData',
      'vesc.stopMotor',
      'vesc.uploadLisp',
      'vesc.stopLisp',
      'vesc.openLispRepl',
    ])
      assert.equal(await vscode.commands.executeCommand(command), undefined, command);
  });
});
