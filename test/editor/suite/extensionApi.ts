import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import manifest from '../../../package.json';
import type { Controller } from '../../../src/controllers/controller';
import type { Api } from '../../../src/extension';

const ID = `${manifest.publisher}.${manifest.name}`;
const FIXTURE = join(__dirname, '../../test/fixtures/firmware');
const WAIT_MS = 30_000;

/** The running extension, from the inside. */
export async function extensionApi(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>(ID);
  assert.ok(extension, `${ID} is not installed`);
  return extension.activate();
}

/** The folder that is open. */
export function openFolder(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  return folder.uri.fsPath;
}

/** Puts the small firmware of the tests into the open folder, and waits until the extension has seen it. */
export async function provideFirmware(api: Api): Promise<string> {
  const folder = openFolder();
  cpSync(FIXTURE, folder, { recursive: true });
  await until('the firmware tree is found', () => api.workspace.knownTree !== undefined);
  return folder;
}

/** Starts a simulated controller that waits for nothing, and connects to it. */
export async function simulate(name: string): Promise<Controller> {
  const controller = await vscode.commands.executeCommand<Controller | undefined>(
    'vesc.startSimulatedController',
    name,
  );
  assert.ok(controller, `sim:${name} does not answer`);
  return controller;
}

/** Waits until `condition` holds. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`It did not come about that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
