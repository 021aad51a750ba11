import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Controller } from '../../../src/controllers/controller';
import type { StopOutcome } from '../../../src/controllers/motorStop';
import type { Api } from '../../../src/extension';
import { setDuty } from '../../../src/protocol/messages/motor';
import { extensionApi, simulate, until } from './extensionApi';

/** The tabs that show a live view. */
function liveTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('vesc.liveData'),
    );
}

describe('live data and stopping', () => {
  let api: Api;
  let controller: Controller;

  before(async () => {
    api = await extensionApi();
    controller = await simulate('60?can=1&speed=1');
  });
  after(async () => {
    await vscode.commands.executeCommand('vesc.disconnect', { controller });
  });

  it('opens one view a controller', async () => {
    await vscode.commands.executeCommand('vesc.openLiveData', { controller });
    await until('the view is open', () => liveTabs().length === 1);
    await vscode.commands.executeCommand('vesc.openLiveData', { controller });
    assert.equal(liveTabs().length, 1);
    assert.match(liveTabs()[0]!.label, /60: live data/);
    await vscode.window.tabGroups.close(liveTabs());
    await until('the view is closed', () => liveTabs().length === 0);
  });

  it('stops a turning motor and those behind it, and says what came of it', async () => {
    await vscode.commands.executeCommand('vesc.scan', { controller });
    await controller.endpoint!.send(setDuty(0.02));
    await until('it is seen to turn', () => controller.turning);
    const outcomes = await vscode.commands.executeCommand<readonly StopOutcome[]>('vesc.stopMotor');
    assert.deepEqual(
      outcomes.map(({ canId, state }) => [canId, state]),
      [
        [undefined, 'stopped'],
        [controller.nodes![0]!.canId, 'stopped'],
      ],
    );
    await until('it is seen at rest', () => !controller.turning);
    assert.equal(api.core.registry.controllers.includes(controller), true);
  });
});
