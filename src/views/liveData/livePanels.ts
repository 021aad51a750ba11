import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { VescError } from '../../base/errors';
import type { Controller } from '../../controllers/controller';
import type { Core } from '../../controllers/core';
import type { EndReason } from '../../controllers/motorTest';
import { count, plain } from '../text';
import { LiveSession, type LiveSurroundings } from './liveSession';
import { loadPage } from '../webview/loadPage';

/** An hour at 50 Hz with every column is a third of this. */
const MAX_FILE_B = 100_000_000;
const CSV = { 'Comma-separated values': ['csv'] };

export interface LivePanelsDependencies {
  readonly core: Pick<Core, 'clock' | 'pool' | 'registry'>;
  /** The folder of the extension. */
  readonly extension: vscode.Uri;
  readonly isMotorTestOn: () => boolean;
  readonly fail: (error: unknown) => void;
}

interface Open {
  controller: Controller;
  readonly panel: vscode.WebviewPanel;
  readonly session: LiveSession;
}

/** The live views, one a controller. */
export class LivePanels implements vscode.Disposable {
  private readonly owned = new DisposableStore();
  private readonly open = new Set<Open>();

  constructor(private readonly dependencies: LivePanelsDependencies) {
    this.owned.add(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (!focused) this.endTests('focus');
      }),
    );
    this.owned.add(dependencies.core.registry.onChange(() => this.adopt()));
  }

  /** Opens the view of `controller`, or shows the one that is open. */
  show(controller: Controller): void {
    const open = [...this.open].find((each) => each.controller === controller);
    if (open) open.panel.reveal();
    else this.create(controller);
  }

  /** Lets go of every motor that is driven from here. */
  endTests(reason: EndReason): void {
    for (const { session } of this.open) session.leave(reason);
  }

  dispose(): void {
    this.owned.dispose();
    for (const { panel } of [...this.open]) panel.dispose();
  }

  private create(controller: Controller): void {
    const { extension } = this.dependencies;
    const panel = vscode.window.createWebviewPanel(
      'vesc.liveData',
      `${plain(controller.title, 30)}: live data`,
      vscode.ViewColumn.Active,
      // What was drawn stays while another tab is in front.
      { retainContextWhenHidden: true },
    );
    const { webview } = panel;
    const session = new LiveSession(controller, this.surroundings(webview));
    const open: Open = { controller, panel, session };
    this.open.add(open);
    const listeners = new DisposableStore();
    listeners.add(webview.onDidReceiveMessage((message: unknown) => session.receive(message)));
    listeners.add(
      panel.onDidChangeViewState(() => {
        if (!panel.active || !panel.visible) session.leave('focus');
      }),
    );
    panel.onDidDispose(() => {
      this.open.delete(open);
      listeners.dispose();
      session.dispose();
    });
    loadPage(webview, extension, 'liveData', 'VESC live data');
  }

  private surroundings(webview: vscode.Webview): LiveSurroundings {
    const { core, isMotorTestOn, fail } = this.dependencies;
    return {
      clock: core.clock,
      sessionOf: (controller) => (controller.endpoint ? core.pool.find(controller.address) : undefined),
      post: (message) => void webview.postMessage(message),
      isMotorTestOn,
      chooseRecording,
      openRecording,
      onRecorded: (path, rows) => void tellRecorded(path, rows),
      stopMotors: () => void vscode.commands.executeCommand('vesc.stopMotor'),
      fail,
    };
  }

  /** A controller that was connected anew is another object; its view goes on with it. */
  private adopt(): void {
    const all = this.dependencies.core.registry.controllers.flatMap((each) => [each, ...(each.nodes ?? [])]);
    for (const open of this.open) {
      if (all.includes(open.controller)) continue;
      const uuid = open.controller.identity?.uuid;
      const same = uuid === undefined ? undefined : all.find(({ identity }) => identity?.uuid === uuid);
      if (!same) continue;
      open.controller = same;
      open.session.adopt(same);
    }
  }
}

async function chooseRecording(): Promise<string | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const name = `vesc-${new Date().toISOString().slice(0, 19).replace(/[:T]/g, '-')}.csv`;
  const chosen = await vscode.window.showSaveDialog({
    title: 'Record live data',
    filters: CSV,
    ...(folder?.uri.scheme === 'file' ? { defaultUri: vscode.Uri.joinPath(folder.uri, name) } : {}),
  });
  return chosen?.fsPath;
}

/** @throws VescError `file-unreadable`, `not-a-recording` */
async function openRecording(): Promise<{ name: string; text: string } | undefined> {
  const [chosen] = (await vscode.window.showOpenDialog({ title: 'Open a recording', filters: CSV })) ?? [];
  if (!chosen) return undefined;
  const name = basename(chosen.fsPath);
  try {
    const { size } = await stat(chosen.fsPath);
    if (size > MAX_FILE_B) throw new VescError('not-a-recording', { file: name, reason: 'it is too large' });
    return { name, text: await readFile(chosen.fsPath, 'utf8') };
  } catch (error) {
    if (error instanceof VescError) throw error;
    throw new VescError('file-unreadable', { path: chosen.fsPath, reason: (error as Error).message });
  }
}

async function tellRecorded(path: string, rows: number): Promise<void> {
  const open = 'Open file';
  const text = `${count(rows, 'row')} recorded in ${plain(basename(path))}.`;
  if ((await vscode.window.showInformationMessage(text, open)) !== open) return;
  await vscode.window.showTextDocument(vscode.Uri.file(path));
}
