import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import manifest from '../../../package.json';

interface Contributions {
  readonly commands?: readonly { readonly command: string }[];
}

const ID = `${manifest.publisher}.${manifest.name}`;
const { commands = [] } = (manifest as { contributes?: Contributions }).contributes ?? {};
const contributed = commands.map(({ command }) => command).sort();

describe('the extension in the editor', () => {
  it('activates', async () => {
    const extension = vscode.extensions.getExtension(ID);
    assert.ok(extension, `${ID} is not installed`);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that it contributes, and contributes every command that it registers', async () => {
    await vscode.extensions.getExtension(ID)?.activate();
    const registered = (await vscode.commands.getCommands(true)).filter((each) => each.startsWith('vesc.'));
    // Views bring commands of their own (vesc.controllers.focus, …), which nobody contributes.
    const own = registered.filter((each) => !/\.(focus|open|resetViewLocation|removeView)$/.test(each));
    assert.deepEqual(own.sort(), contributed);
  });
});
