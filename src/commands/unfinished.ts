import * as vscode from 'vscode';
import { VescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { parseLinkAddress } from '../links/linkAddress';
import type { JournalEntry } from '../update/journal';
import type { CommandName } from '../views/commandNames';
import { journalNotice } from '../views/updateMessages';
import { connectTo } from './connect';
import type { Shell } from './shell';

/** Tells of an update that was left half-way, and leads on from there. */
export function tellUnfinished(shell: Shell, entry: JournalEntry): void {
  const call = (command: CommandName) => async () => {
    const controller = await reach(shell, entry);
    if (controller) await vscode.commands.executeCommand(command, { controller });
  };
  shell.notifier.show(journalNotice(entry), {
    'look-again': () => vscode.commands.executeCommand('vesc.connect', entry.address),
    'restore-settings': call('vesc.restoreSettings'),
    'install-bootloader': call('vesc.installBootloader'),
  });
}

/**
 * The controller itself, wherever it is: among those connected, at the place where it was, or on the bus there.
 * @throws VescError of the link, `not-connected`
 */
async function reach(
  shell: Shell,
  { uuid, address, hardware }: JournalEntry,
): Promise<Controller | undefined> {
  const { registry } = shell.core;
  const find = (): Controller | undefined =>
    registry.controllers
      .flatMap((controller) => [controller, ...(controller.nodes ?? [])])
      .find((controller) => controller.identity?.uuid === uuid);
  const present = find();
  if (present) return present;
  const local = await connectTo(shell, parseLinkAddress(address, shell.settings().baudRate));
  if (!local) return undefined;
  if (local.identity?.uuid !== uuid) await registry.scan(local);
  const found = find();
  if (!found) throw new VescError('not-connected', { what: `the ${hardware} with UUID ${uuid}` });
  return found;
}
