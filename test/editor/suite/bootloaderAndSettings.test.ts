import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Controller } from '../../../src/controllers/controller';
import type { Api } from '../../../src/extension';
import type { RestoredPart } from '../../../src/settings/settingsRestore';
import type { BootloaderResult } from '../../../src/update/bootloaderInstaller';
import type { UpdateResult } from '../../../src/update/verdict';
import type { FoundSnapshot } from '../../../src/views/snapshotWords';
import { syntheticBootloader, syntheticImage } from '../../support/syntheticImage';
import { Dialogs } from './dialogs';
import { extensionApi, simulate, until } from './extensionApi';

/** The first test leaves its bootloader behind: it is offered from then on. */
const USED_BEFORE = /generic\.bin/;

describe('bootloader and settings', () => {
  let api: Api;
  let folder: string;
  let dialogs: Dialogs;
  let controller: Controller;

  before(async () => {
    api = await extensionApi();
    folder = mkdtempSync(join(tmpdir(), 'vesc-files-'));
    writeFileSync(join(folder, 'generic.bin'), syntheticBootloader());
    writeFileSync(join(folder, '60.bin'), syntheticImage({ hardware: '60' }));
  });
  after(() => rmSync(folder, { recursive: true }));

  beforeEach(() => (dialogs = new Dialogs()));
  afterEach(async () => {
    dialogs.dispose();
    await vscode.commands.executeCommand('vesc.disconnect', { controller });
  });

  const bootloader = (): string | undefined =>
    api.tree.rows
      .find((row) => row.controller === controller)
      ?.children.find((row) => row.node.label === 'Firmware')
      ?.children.find((row) => row.node.label === 'Bootloader')?.node.description;

  it('installs a bootloader where there is none, and shows that it works', async () => {
    controller = await simulate('60?bootloader=none&speed=0');
    dialogs.choose(join(folder, 'generic.bin'));
    dialogs.press('Install');
    const result = await vscode.commands.executeCommand<BootloaderResult>('vesc.installBootloader', {
      controller,
    });
    assert.equal(result.verdict, 'installed', result.error?.message);
    assert.match(dialogs.said.at(-1) ?? '', /has a bootloader that works/);
    await until('the tree shows it', () => bootloader() === 'works (it answered)');
    assert.equal(api.flashing.progress, undefined);
  });

  it('touches nothing without the confirmation', async () => {
    controller = await simulate('60?bootloader=none&can=1&speed=0');
    const { name } = controller.address as { name: string };
    const operations = (await api.core.simulated.get()).start(name).flash.operations;
    dialogs.pick(USED_BEFORE);
    const result = await vscode.commands.executeCommand('vesc.installBootloader', { controller });
    assert.equal(result, undefined);
    assert.equal((await api.core.simulated.get()).start(name).flash.operations, operations);
  });

  it('leads from an update that was not taken over the bootloader to one that is', async () => {
    controller = await simulate('60?bootloader=none&fault=DRV&speed=0');
    api.core.registry.select(controller);
    dialogs.pick(USED_BEFORE);
    dialogs.press('Install bootloader…', 'Install', 'Flash again');
    const image = vscode.Uri.file(join(folder, '60.bin'));
    const result = await vscode.commands.executeCommand<UpdateResult>('vesc.flashFile', image);
    assert.equal(result.verdict, 'not-taken', result.error?.message);
    await until('the update is taken', () => controller.lastVerdict === 'updated');
    await until('the tree shows it', () => bootloader() === 'works (an update went through it)');
  });

  it('saves settings, and brings them back', async () => {
    controller = await simulate('60?speed=0');
    const saved = await vscode.commands.executeCommand<FoundSnapshot>('vesc.saveSettings', { controller });
    assert.equal(saved.snapshot.uuid, controller.identity?.uuid);
    dialogs.pick(/\d{4}-\d\d-\d\d/);
    dialogs.press('Restore');
    const parts = await vscode.commands.executeCommand<RestoredPart[]>('vesc.restoreSettings', {
      controller,
    });
    assert.deepEqual(
      parts.map(({ what, outcome }) => `${what} ${outcome}`),
      ['motor configuration restored', 'app configuration restored'],
    );
    assert.match(dialogs.said.at(-1) ?? '', /60: Restored: motor configuration, app configuration\./);
    const kept = await api.core.snapshots.list(saved.snapshot.uuid);
    assert.ok(kept.length >= 2, 'what was there before is saved, too');
  });

  it('restores from a file only what came from this controller', async () => {
    controller = await simulate('60?speed=0');
    const saved = await vscode.commands.executeCommand<FoundSnapshot>('vesc.saveSettings', { controller });
    await vscode.commands.executeCommand('vesc.disconnect', { controller });
    controller = await simulate('410?speed=0');
    dialogs.pick(/From file/);
    dialogs.choose(saved.path);
    dialogs.press('Restore');
    assert.equal(await vscode.commands.executeCommand('vesc.restoreSettings', { controller }), undefined);
    assert.match(dialogs.said.at(-1) ?? '', /holds no settings of this controller/);
  });
});
