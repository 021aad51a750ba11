import * as vscode from 'vscode';
import { describeRelation } from '../controllers/buildRelation';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import type { ControllerTarget } from '../views/commandNames';
import { plain } from '../views/text';
import type { Shell } from './shell';

/** A row of the pick: a controller, or the way to another one. */
export interface ControllerPick extends vscode.QuickPickItem {
  readonly controller?: Controller;
  readonly command?: 'vesc.connect' | 'vesc.startSimulatedController';
}

/** The controllers that are connected, with the nodes behind each. */
export function controllerPicks(shell: Shell): ControllerPick[] {
  const { registry } = shell.core;
  return registry.controllers
    .flatMap((controller) => [controller, ...(controller.nodes ?? [])])
    .map((controller) => {
      const relation = shell.relations.of(controller);
      const icon = controller === registry.selected ? 'check' : 'circuit-board';
      return {
        label: `$(${icon}) ${plain(controller.title)}`,
        description: plain(formatPlace(controller), 200),
        ...(relation ? { detail: plain(describeRelation(relation)) } : {}),
        controller,
      };
    });
}

/**
 * The controller that a command is about: the one it was called on, else the selected one, else the one the user
 * picks from those connected. Undefined when there is none, or the user changed their mind.
 */
export async function chooseController(
  shell: Shell,
  target: ControllerTarget | undefined,
): Promise<Controller | undefined> {
  if (target) return target.controller;
  const { registry } = shell.core;
  if (registry.selected) return registry.selected;
  if (registry.controllers.length === 0) return undefined;
  const pick = await vscode.window.showQuickPick(controllerPicks(shell), {
    title: 'VESC: Select controller',
    placeHolder: 'Which controller?',
  });
  if (pick?.controller) registry.select(pick.controller);
  return pick?.controller;
}
