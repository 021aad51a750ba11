import * as vscode from 'vscode';
import { sleep } from '../base/clock';
import { isVescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import type { LinkAddress } from '../links/link';
import { DEFAULT_TCP_PORT, formatLinkAddress, parseLinkAddress } from '../links/linkAddress';
import { portGroups, portPlaceholder, type PortRow } from '../views/portChoice';
import { plain } from '../views/text';
import type { Shell } from './shell';
import { startSimulatedController } from './startSimulatedController';

/** How long a connection may take before there is a message about it. */
const PATIENCE_MS = 700;

type PortPick = vscode.QuickPickItem & Partial<Pick<PortRow, 'choice'>>;

/**
 * Connects to a controller: the one at `address`, else where the user says. Undefined when they changed their mind.
 * @throws VescError of the link
 */
export async function connect(shell: Shell, address?: string): Promise<Controller | undefined> {
  if (address !== undefined) return connectTo(shell, parseLinkAddress(address, shell.settings().baudRate));
  const pick = await pickPort(shell);
  switch (pick?.choice?.kind) {
    case undefined:
      return undefined;
    case 'simulated':
      return startSimulatedController(shell);
    case 'address':
      return connectTo(shell, parseLinkAddress(pick.choice.address, shell.settings().baudRate));
    case 'tcp':
      return ask(shell, {
        title: 'VESC: Connect over TCP',
        value: `tcp://localhost:${DEFAULT_TCP_PORT}`,
        // Typing replaces the host and keeps the rest.
        valueSelection: ['tcp://'.length, 'tcp://localhost'.length],
      });
    case 'path':
      return ask(shell, {
        title: 'VESC: Connect',
        placeHolder: '/dev/ttyACM0, COM5, tcp://host:65102 or sim:',
      });
  }
}

async function ask(shell: Shell, options: vscode.InputBoxOptions): Promise<Controller | undefined> {
  const { baudRate } = shell.settings();
  const text = await vscode.window.showInputBox({
    ...options,
    ignoreFocusOut: true,
    validateInput: (value) => {
      try {
        parseLinkAddress(value, baudRate);
        return undefined;
      } catch (error) {
        return isVescError(error) ? error.message : String(error);
      }
    },
  });
  return text === undefined ? undefined : connectTo(shell, parseLinkAddress(text, baudRate));
}

/** Ports come and go while the pick is open; it says so itself when there is none. */
async function pickPort(shell: Shell): Promise<PortPick | undefined> {
  const picker = vscode.window.createQuickPick<PortPick>();
  picker.title = 'VESC: Connect to a controller';
  picker.placeholder = 'Looking for ports …';
  picker.matchOnDescription = true;
  picker.busy = true;
  const refresh: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('refresh'),
    tooltip: 'List the ports again',
  };
  picker.buttons = [refresh];
  const fill = async (): Promise<void> => {
    picker.busy = true;
    const ports = await shell.core.listPorts();
    const { remoteName } = vscode.env;
    picker.placeholder = portPlaceholder({ ports, remoteName });
    picker.items = portGroups({ ports, remoteName }).flatMap(({ heading, rows }) => [
      { label: heading, kind: vscode.QuickPickItemKind.Separator },
      ...rows,
    ]);
    picker.busy = false;
  };
  try {
    return await new Promise<PortPick | undefined>((resolve, reject) => {
      picker.onDidTriggerButton(() => void fill().catch(reject));
      picker.onDidAccept(() => {
        const [item] = picker.selectedItems;
        if (item) return resolve(item);
        // Nothing fits what was typed, so it is an address itself.
        if (picker.value.trim() !== '')
          resolve({ label: '', choice: { kind: 'address', address: picker.value } });
      });
      picker.onDidHide(() => resolve(undefined));
      picker.show();
      fill().catch(reject);
    });
  } finally {
    picker.dispose();
  }
}

/**
 * Connects and makes the controller the selected one. Undefined when the user cancelled that.
 * @param options.keeps true for one that stays in the list even if it does not answer
 * @throws VescError of the link
 */
export async function connectTo(
  shell: Shell,
  address: LinkAddress,
  { keeps = false } = {},
): Promise<Controller | undefined> {
  const { registry } = shell.core;
  const place = formatLinkAddress(address);
  shell.log.info(`connecting to ${place}`);
  const cancelled = new AbortController();
  const connecting = registry.connect(address, cancelled.signal, keeps).catch((error: unknown) => {
    if (cancelled.signal.aborted) return undefined;
    throw error;
  });
  // Most controllers answer at once: then there is nothing to show and nothing to cancel.
  const isSlow = sleep(shell.core.clock, PATIENCE_MS).then(() => 'slow' as const);
  if ((await Promise.race([connecting, isSlow])) === 'slow') {
    const title = `Connecting to ${plain(place, 200)}`;
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      (_, token) => {
        token.onCancellationRequested(() => cancelled.abort());
        return connecting;
      },
    );
  }
  const controller = await connecting;
  if (!controller) return undefined;
  registry.select(controller);
  if (address.kind === 'serial') await shell.known.add(address.path);
  if (controller.state === 'connected')
    shell.log.info(`connected to ${controller.title} at ${formatPlace(controller)}`);
  return controller;
}
