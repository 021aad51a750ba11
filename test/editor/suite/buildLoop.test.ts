import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Commit } from '../../../src/build/commitLog';
import type { BuildResult } from '../../../src/build/buildResult';
import type { Controller } from '../../../src/controllers/controller';
import type { Api } from '../../../src/extension';
import { setDuty } from '../../../src/protocol/messages/motor';
import type { UpdateResult } from '../../../src/update/verdict';
import { extensionApi, provideFirmware, simulate, until } from './extensionApi';

/** Builds from nothing, and updates on a controller that waits for nothing. */
const SLOW_MS = 300_000;
const GTEST = '/usr/src/googletest/googletest/src/gtest-all.cc';

describe('the build loop', function () {
  this.timeout(SLOW_MS);
  let api: Api;
  let folder: string;
  let controller: Controller;
  let good: string;

  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  const commit = (message: string): void => {
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', message);
  };
  const save = async (text: string): Promise<void> => {
    const document = await vscode.workspace.openTextDocument(join(folder, 'terminal.c'));
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.ok(await document.save());
  };
  const running = (): string | undefined => controller.identity?.firmware.buildId;

  before(async () => {
    api = await extensionApi();
    folder = await provideFirmware(api);
    good = readFileSync(join(folder, 'terminal.c'), 'utf8');
    git('init', '--quiet', '--initial-branch=main');
    commit('First');
    await vscode.commands.executeCommand('vesc.selectBoard', '60');
    controller = await simulate('60?speed=0&can=1');
    api.core.registry.select(controller);
  });
  after(async () => {
    await vscode.workspace.getConfiguration('vesc').update('flashOnSave', undefined);
    await vscode.commands.executeCommand('vesc.disconnect', { controller });
    writeFileSync(join(folder, 'terminal.c'), good);
  });

  it('keeps the compile lines of the active board', async () => {
    const result = await vscode.commands.executeCommand<BuildResult>('vesc.rebuild');
    assert.ok(result.ok, result.failure?.message);
    assert.ok(result.compiled > 5);
    const file = join(folder, 'build', 'compile_commands.json');
    // Those of another board may lie there from before.
    await until(
      'the compile lines are written',
      () => existsSync(file) && readFileSync(file, 'utf8').includes('hw_60.h'),
    );
    await vscode.commands.executeCommand('vesc.selectBoard', '410');
    await until('they follow the board', () => readFileSync(file, 'utf8').includes('hw_410.h'));
    await vscode.commands.executeCommand('vesc.selectBoard', '60');
  });

  it('flashes and opens the terminal with one key', async () => {
    const before = vscode.window.terminals.length;
    const result = await vscode.commands.executeCommand<UpdateResult>('vesc.flashAndOpenTerminal', {
      controller,
    });
    assert.ok(['updated', 'already-running'].includes(result.verdict), result.error?.message);
    await until('a terminal is open', () => vscode.window.terminals.length > before);
    await until('it is in front', () => vscode.window.activeTerminal?.name === 'VESC 60');
    vscode.window.activeTerminal?.dispose();
  });

  it('says how far the controller is behind, as soon as something is committed, and lists the commits', async () => {
    await until('this build runs', () => api.relations.of(controller)?.kind === 'this-build');
    writeFileSync(join(folder, 'terminal.c'), `${good}\n/* Later. */\n`);
    commit('Second');
    commit('Third');
    writeFileSync(join(folder, 'terminal.c'), `${good}\nint later(void);\nint later(void) { return 1; }\n`);
    await vscode.commands.executeCommand('vesc.build');
    await until('it is behind', () => {
      const relation = api.relations.of(controller);
      return relation?.kind === 'behind' && relation.commits === 2;
    });
    const commits = await vscode.commands.executeCommand<Commit[]>('vesc.showCommits', { controller });
    assert.deepEqual(
      commits.map(({ subject }) => subject),
      ['Third', 'Second'],
    );
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });

  it('flashes what is saved when that is wanted, and not before', async () => {
    const first = running();
    await save(`${good}\n/* Saved while it is off. */\n`);
    await vscode.workspace.getConfiguration('vesc').update('flashOnSave', true);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.equal(running(), first, 'nothing was flashed');
    await save(good.replace('"uptime', '"upTime').replace(/^/, 'int saved_on_purpose = 3;\n'));
    await until('what was saved runs', () => running() !== undefined && running() !== first);
    assert.equal(api.flashing.heldBack, undefined);
    await until('the work is over', () => api.flashing.progress === undefined && !api.builds.running);
  });

  it('goes back to a build that was made before', async () => {
    const kept = await api.records.list();
    const earlier = kept.find(({ flashed, buildId }) => flashed !== undefined && buildId !== running());
    assert.ok(earlier);
    const result = await vscode.commands.executeCommand<UpdateResult>(
      'vesc.flashKeptBuild',
      { controller },
      earlier.buildId,
    );
    assert.equal(result.verdict, 'updated', result.error?.message);
    assert.equal(result.buildId, earlier.buildId);
    await until('it runs', () => running() === earlier.buildId);
  });

  it('holds back what is saved while the motor turns, and says so', async () => {
    const before = running();
    // It stops by itself when nobody asks for it any more.
    const spin = (): void => void controller.endpoint?.send(setDuty(0.5));
    const spinning = setInterval(spin, 100);
    try {
      await save(`int saved_while_turning = 4;\n${good}`);
      await until('it says why', () => (api.flashing.heldBack ?? '').includes('turns'));
      assert.equal(running(), before);
    } finally {
      clearInterval(spinning);
    }
    await vscode.workspace.getConfiguration('vesc').update('flashOnSave', undefined);
    await until('nothing is held back any more', () => api.flashing.heldBack === undefined);
  });

  it('lists the unit tests of the tree, and runs them', async function () {
    const tests = await api.unitTests.get();
    await tests.discover();
    const program = tests.items.get('angle');
    assert.equal(program?.children.size, 3);
    if (!existsSync(GTEST) && !process.env['CI']) this.skip();
    const tokens = new vscode.CancellationTokenSource();
    await tests.run(new vscode.TestRunRequest([program]), tokens.token);
    assert.ok(existsSync(join(folder, 'build/vesc/tests/unit_tests/angle/angle.elf')));
  });
});
