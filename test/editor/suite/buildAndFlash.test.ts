import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { BuildResult } from '../../../src/build/buildResult';
import type { Controller } from '../../../src/controllers/controller';
import type { Api } from '../../../src/extension';
import type { BusMember } from '../../../src/update/busUpdate';
import type { UpdateResult } from '../../../src/update/verdict';
import { extensionApi, provideFirmware, simulate, until } from './extensionApi';

/** Two builds from nothing, and an update on a controller that waits for nothing. */
const SLOW_MS = 240_000;

describe('build and flash', function () {
  this.timeout(SLOW_MS);
  let api: Api;
  let folder: string;

  before(async () => {
    api = await extensionApi();
    folder = await provideFirmware(api);
    await vscode.commands.executeCommand('vesc.selectBoard', '60');
  });

  it('offers the chosen board as a task', async () => {
    assert.equal(api.workspace.knownBoard?.name, '60');
    const tasks = await vscode.tasks.fetchTasks({ type: 'vesc' });
    assert.deepEqual(tasks.map((task) => task.name).sort(), ['build 60', 'clean']);
  });

  it('puts the errors of a broken file into the Problems panel, and takes them out again', async () => {
    const file = join(folder, 'terminal.c');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, `${good}\nint broken(void) { return undeclared; }\n`);
    const result = await vscode.commands.executeCommand<BuildResult>('vesc.build');
    assert.equal(result.ok, false);
    const uri = vscode.Uri.file(file);
    const [problem] = vscode.languages.getDiagnostics(uri);
    assert.match(problem?.message ?? '', /undeclared/);
    assert.equal(problem?.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(problem?.range.start.line, good.split('\n').length);

    writeFileSync(file, good);
    const mended = await vscode.commands.executeCommand<BuildResult>('vesc.build');
    assert.equal(mended.ok, true, mended.failure?.message);
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
    assert.match(mended.buildId ?? '', /^vb1-[0-9a-f]{40}$/);
  });

  it('builds as a task of tasks.json', async () => {
    const [task] = await vscode.tasks.fetchTasks({ type: 'vesc' });
    assert.ok(task);
    const ended = new Promise<number | undefined>((resolve) => {
      const listener = vscode.tasks.onDidEndTaskProcess((event) => {
        listener.dispose();
        resolve(event.exitCode);
      });
    });
    await vscode.tasks.executeTask(task);
    assert.equal(await ended, 0);
  });

  it('comes to its end while the editor lists the tasks', async () => {
    const building = vscode.commands.executeCommand<BuildResult>('vesc.build');
    // Each listing makes task objects anew, and the editor may start one of those.
    const listing = Array.from({ length: 5 }, () => vscode.tasks.fetchTasks({ type: 'vesc' }));
    const [result] = await Promise.all([building, ...listing]);
    assert.equal(result.ok, true, result.failure?.message);
  });

  describe('on a simulated controller', () => {
    let controller: Controller;

    before(async () => {
      controller = await simulate('60?speed=0');
    });
    after(() => vscode.commands.executeCommand('vesc.disconnect', { controller }));

    it('ends updated, proven by the build identity, and shows it', async () => {
      const result = await vscode.commands.executeCommand<UpdateResult>('vesc.flash', { controller });
      assert.equal(result.verdict, 'updated', result.error?.message);
      assert.equal(result.proof, 'build-identity');
      await until('the tree says that this build runs', () =>
        api.tree.rows.some((row) => row.node.description === 'running this build'),
      );
      assert.equal(api.flashing.last, 'updated');
      assert.equal(controller.record?.board, '60');
    });

    it('writes nothing when this build runs already', async () => {
      const result = await vscode.commands.executeCommand<UpdateResult>('vesc.flash', { controller });
      assert.equal(result.verdict, 'already-running', result.error?.message);
    });

    it('ends for each of several controllers that are flashed at the same time', async () => {
      const others = [await simulate('60?speed=0&can=1'), await simulate('60?speed=0&version=7.00')];
      const [first, second] = await Promise.all(
        others.map((other) =>
          vscode.commands.executeCommand<UpdateResult>('vesc.flash', { controller: other }),
        ),
      );
      assert.deepEqual([first?.verdict, second?.verdict], ['updated', 'updated']);
      assert.equal(api.flashing.progress, undefined);
      await vscode.commands.executeCommand('vesc.disconnect', { controller: others[1] });
    });

    it('flashes a whole CAN bus, and tells the verdict of each', async () => {
      const bus = api.core.registry.controllers.at(-1);
      const members = await vscode.commands.executeCommand<BusMember[]>('vesc.flashBus', { controller: bus });
      assert.deepEqual(
        members.map(({ target, result }) => [target.canId === undefined, result?.verdict]),
        [
          [false, 'updated'],
          [true, 'already-running'],
        ],
      );
      await vscode.commands.executeCommand('vesc.disconnect', { controller: bus });
    });

    it('refuses the image of another board', async () => {
      await vscode.commands.executeCommand('vesc.selectBoard', '410');
      const result = await vscode.commands.executeCommand<UpdateResult>('vesc.flash', { controller });
      assert.equal(result.verdict, 'refused');
      assert.equal(result.error?.code, 'wrong-hardware');
    });
  });
});
