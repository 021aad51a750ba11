import * as vscode from 'vscode';
import type { ControllerTarget } from '../views/commandNames';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import type { Shell } from './shell';

const LONGEST = 40;

/** Gives a controller a name of its own, remembered by its UUID; an empty name takes it away. */
export async function rename(shell: Shell, target?: ControllerTarget): Promise<void> {
  const controller = await chooseController(shell, target);
  if (!controller?.identity) return;
  const { hardware, uuid } = controller.identity;
  const name = await vscode.window.showInputBox({
    title: `VESC: Rename ${plain(controller.title)}`,
    prompt: `Hardware ${plain(hardware)}, UUID ${plain(uuid)}. Leave it empty to show the hardware name.`,
    value: controller.record?.name ?? '',
    validateInput: (value) => (value.trim().length > LONGEST ? `At most ${LONGEST} letters.` : undefined),
  });
  if (name === undefined) return;
  await shell.core.registry.rename(controller, name.trim() === '' ? undefined : name.trim());
}
