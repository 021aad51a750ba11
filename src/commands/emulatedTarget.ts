import * as vscode from 'vscode';
import type { Controller } from '../controllers/controller';
import type { LinkAddress } from '../links/link';
import type { ControllerTarget } from '../views/commandNames';
import { plain } from '../views/text';
import { formatPlace } from '../controllers/controllerRegistry';
import type { Shell } from './shell';

export interface EmulatedTarget {
  readonly controller: Controller;
  /** What stands behind `emu:` in its address. */
  readonly name: string;
}

/**
 * The emulated controller that a command is about: the one it was called on, else the selected one, else the only one,
 * else the one the user picks. Undefined when there is none, or the user changed their mind.
 */
export async function chooseEmulated(
  shell: Shell,
  target: ControllerTarget | undefined,
): Promise<EmulatedTarget | undefined> {
  const { registry } = shell.core;
  const named = (controller: Controller): EmulatedTarget[] => {
    const owner = registry.atLink(controller);
    return isEmulated(owner.address) ? [{ controller: owner, name: owner.address.name }] : [];
  };
  if (target) return named(target.controller)[0];
  const all = registry.controllers.flatMap(named);
  const [selected] = registry.selected ? named(registry.selected) : [];
  if (selected || all.length < 2) return selected ?? all[0];
  const picks = all.map((each) => ({
    label: plain(each.controller.title),
    description: plain(formatPlace(each.controller), 200),
    each,
  }));
  const pick = await vscode.window.showQuickPick(picks, {
    title: 'VESC: Select emulated controller',
    placeHolder: 'Which one?',
  });
  return pick?.each;
}

function isEmulated(address: LinkAddress): address is Extract<LinkAddress, { kind: 'emulated' }> {
  return address.kind === 'emulated';
}
