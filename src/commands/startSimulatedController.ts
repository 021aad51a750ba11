import * as vscode from 'vscode';
import type { Controller } from '../controllers/controller';
import { simulatedName, simulatedRows } from '../views/simulatedChoice';
import { connectTo } from './connect';
import type { Shell } from './shell';

/**
 * Starts a simulated controller and connects to it: the one that `name` describes, as what stands behind `sim:`,
 * else the one the user picks.
 */
export async function startSimulatedController(shell: Shell, name?: string): Promise<Controller | undefined> {
  const { simulatedSpeed } = shell.settings();
  if (name !== undefined) {
    return connectTo(shell, { kind: 'simulated', name: simulatedName(name, simulatedSpeed) });
  }
  const board = await shell.workspace.chosenBoard();
  const pick = await vscode.window.showQuickPick(simulatedRows(board?.hardwareName, simulatedSpeed), {
    title: 'VESC: Start simulated controller',
    placeHolder: 'Everything works on it as on a real one, and nothing can break',
    matchOnDescription: true,
  });
  return pick && connectTo(shell, { kind: 'simulated', name: pick.name });
}
