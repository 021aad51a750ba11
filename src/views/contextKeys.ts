import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable';
import type { ControllerRegistry } from '../controllers/controllerRegistry';
import type { EmulatedControllers } from '../controllers/emulatedControllers';
import type { ContextKey } from './commandNames';
import type { FirmwareWorkspace } from './firmwareWorkspace';
import type { FlashState } from './flashState';

/** Keeps the keys that `when` clauses ask for. */
export class ContextKeys implements vscode.Disposable {
  private readonly owned = new DisposableStore();
  private readonly known = new Map<ContextKey, boolean>();

  constructor(
    registry: ControllerRegistry,
    workspace: FirmwareWorkspace,
    flashing: FlashState,
    emulated: EmulatedControllers,
  ) {
    const update = (): void => {
      this.set('vesc.connected', registry.controllers.length > 0);
      this.set('vesc.hasTree', workspace.knownTree !== undefined);
      this.set('vesc.updating', flashing.progress !== undefined);
      this.set('vesc.emulated', emulated.names.length > 0);
    };
    for (const source of [registry, workspace, flashing, emulated]) this.owned.add(source.onChange(update));
    update();
  }

  dispose(): void {
    this.owned.dispose();
  }

  private set(key: ContextKey, value: boolean): void {
    if (this.known.get(key) === value) return;
    this.known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}
