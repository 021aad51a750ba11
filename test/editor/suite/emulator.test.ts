import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Controller } from '../../../src/controllers/controller';
import type { EmulatedRun } from '../../../src/controllers/emulatedRun';
import type { Api } from '../../../src/extension';
import { writeProbeImage } from '../../support/probeBoard';
import { extensionApi, openFolder, until } from './extensionApi';

describe('the emulator in the editor', () => {
  let api: Api;
  let image: string;
  let controller: Controller;

  before(async () => {
    api = await extensionApi();
    image = writeProbeImage(openFolder(), join(__dirname, '../../test/fixtures'));
  });
  after(() => vscode.commands.executeCommand('vesc.stopEmulator'));

  const run = (): EmulatedRun => {
    const { address } = controller;
    const found = address.kind === 'emulated' ? api.core.emulated.find(address.name) : undefined;
    assert.ok(found);
    return found;
  };
  const row = () => api.tree.rows.find((each) => each.controller === controller)?.node;

  async function start(): Promise<void> {
    const started = await vscode.commands.executeCommand<Controller | undefined>(
      'vesc.runInEmulator',
      vscode.Uri.file(image),
    );
    assert.ok(started);
    controller = started;
  }

  it('runs an image, and the tree says that it is emulated', async () => {
    await start();
    assert.equal(controller.identity?.hardware, 'probe');
    await until('the tree shows it', () => row()?.context.includes(';emulated') ?? false);
    assert.match(row()!.description, /^emulated/);
  });

  it('says in the tree that it has no power, and connects again with it', async () => {
    run().bench.power(false);
    await until('the tree says so', () => row()?.description.includes('power off') ?? false);
    run().bench.power(true);
    await until('it is back', () => controller.state === 'connected');
  });

  it('keeps its flash when it is stopped', async () => {
    run().controller.flash.change(0x4000, Uint8Array.of(0x42));
    await vscode.commands.executeCommand('vesc.stopEmulator', { controller });
    assert.deepEqual(api.core.emulated.names, []);
    assert.equal(api.core.registry.controllers.length, 0);
    await start();
    assert.equal(run().controller.flash.content[0x4000], 0x42);
  });

  it('puts the file as it is now in place of what runs', async () => {
    await start();
    assert.equal(run().controller.flash.content[0x4000], 0x42);
    assert.equal(api.core.emulated.names.length, 1);
  });

  it('debugs with the extension that is there: where GDB is, and which program', async () => {
    // Its content is the debugger's matter.
    writeFileSync(join(openFolder(), 'probe.elf'), '');
    const asked: vscode.DebugConfiguration[] = [];
    const provider = vscode.debug.registerDebugConfigurationProvider('cortex-debug', {
      resolveDebugConfiguration(_folder, configuration) {
        asked.push(configuration);
        return undefined;
      },
    });
    const { getExtension } = vscode.extensions;
    const installed = (id: string): unknown =>
      id === 'marus25.cortex-debug' ? {} : getExtension.call(vscode.extensions, id);
    Object.defineProperty(vscode.extensions, 'getExtension', { value: installed, configurable: true });
    try {
      await vscode.commands.executeCommand('vesc.debugInEmulator', { controller });
      await until('the extension is asked', () => asked.length > 0);
      const port = await run().serveGdb();
      assert.deepEqual(
        [asked[0]!['servertype'], asked[0]!['gdbTarget'], asked[0]!['executable']],
        ['external', `127.0.0.1:${port}`, join(openFolder(), 'probe.elf')],
      );
    } finally {
      Object.defineProperty(vscode.extensions, 'getExtension', { value: getExtension, configurable: true });
      provider.dispose();
    }
  });
});
