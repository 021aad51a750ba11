import * as vscode from 'vscode';
import { CONTROLLER_VIEW } from '../views/controllerTree';
import type { ControllerTarget } from '../views/commandNames';
import type { Shell } from './shell';

/** Reads again who answers and its faults: of one controller, or of all. */
export async function refresh(shell: Shell, target?: ControllerTarget): Promise<void> {
  const { registry } = shell.core;
  const controllers = target ? [target.controller] : registry.controllers;
  shell.relations.refresh();
  await vscode.window.withProgress({ location: { viewId: CONTROLLER_VIEW } }, async () => {
    for (const controller of controllers) await registry.refresh(controller);
  });
}
