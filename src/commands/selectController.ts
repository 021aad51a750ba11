import * as vscode from 'vscode';
import type { ControllerTarget } from '../views/commandNames';
import { type ControllerPick, controllerPicks } from './chooseController';
import { connect } from './connect';
import type { Shell } from './shell';
import { startSimulatedController } from './startSimulatedController';

/** Chooses the controller that commands work on, or connects another one. */
export async function selectController(shell: Shell, target?: ControllerTarget): Promise<void> {
  const { registry } = shell.core;
  if (target) return registry.select(target.controller);
  if (registry.controllers.length === 0) return void (await connect(shell));
  const rows: ControllerPick[] = [
    ...controllerPicks(shell),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: '$(plug) Connect another controller…', command: 'vesc.connect' },
    { label: '$(beaker) Start simulated controller…', command: 'vesc.startSimulatedController' },
  ];
  const pick = await vscode.window.showQuickPick(rows, {
    title: 'VESC: Select controller',
    placeHolder: 'The controller that commands work on',
    matchOnDescription: true,
  });
  if (pick?.controller) registry.select(pick.controller);
  else if (pick?.command === 'vesc.connect') await connect(shell);
  else if (pick?.command === 'vesc.startSimulatedController') await startSimulatedController(shell);
}
