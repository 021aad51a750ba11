import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable';
import { isVescError } from '../base/errors';
import { Lazy } from '../base/lazy';
import type { Board } from '../build/boards';
import { isFirmwareSource } from '../build/firmwareSource';
import type { FirmwareTree } from '../build/firmwareTree';
import type { EmulationEvent } from '../emulator/emulatedController';
import { FlashOnSave } from '../views/flashOnSave';
import { HotPlug } from '../views/hotPlug';
import type { Memory } from '../views/knownPorts';
import { UnfinishedUpdates } from '../views/unfinishedUpdates';
import type { Shell } from './shell';

type Own = <T extends Disposable>(part: T) => T;

/** What goes on and what follows from what without a command of the user's, until it is disposed. */
export function runInBackground(shell: Shell, memory: Memory): Disposable {
  const owned = new DisposableStore();
  const own: Own = (part) => owned.add(part);
  connectParts(shell, own);
  watchOver(shell, own);
  followEdits(shell, memory, own);
  return owned;
}

/** What follows from what. */
function connectParts(shell: Shell, own: Own): void {
  const { workspace, builds, relations, diagnostics, log, core } = shell;
  own(workspace.onCommit(() => relations.refresh()));
  own(vscode.workspace.onDidGrantWorkspaceTrust(() => relations.refresh()));
  own(
    workspace.onChange(() => {
      const board = workspace.knownBoard;
      const result = board && builds.resultOf(board);
      if (result) diagnostics.show(result);
      else diagnostics.clear();
      relations.refresh();
    }),
  );
  own(
    builds.onFinish((result) => {
      diagnostics.show(result);
      relations.refresh();
      log.info(
        `built ${result.board}: ${result.ok ? `ok, ${result.buildId ?? 'no build identity'}` : 'failed'}, ` +
          `${result.compiled} compiled, ${result.duration_ms} ms`,
      );
      if (result.failure) log.warn(`code ${result.failure.code}: ${result.failure.message}`);
    }),
  );
  own(core.emulated.onEvent(({ event }) => void logEvent(log, event)));
  own(core.emulated.onUnwritable((error) => log.warn(`emulator: ${error.message}`)));
  // Which controller is selected may decide which board is built.
  own(core.registry.onChange((controller) => void (controller === undefined && workspace.look())));
}

async function logEvent(log: Shell['log'], event: EmulationEvent): Promise<void> {
  const { eventText } = await import('../emulator/eventText');
  const line = `emulator: ${eventText(event)}`;
  if (event.kind === 'reset' || event.kind === 'state') log.info(line);
  else log.warn(line);
}

/** What goes on without anybody asking: ports that come back, faults, updates that were left half-way. */
function watchOver(shell: Shell, own: Own): void {
  const { core, known, log, settings } = shell;
  const { clock, registry } = core;
  const isOpen = (path: string): boolean =>
    registry.controllers.some(({ address }) => address.kind === 'serial' && address.path === path);
  const hotPlug = own(
    new HotPlug({
      clock,
      listPorts: () => core.listPorts(),
      wanted: () => (settings().reconnect ? known.paths.filter((path) => !isOpen(path)) : []),
      connect: async (path) => {
        try {
          await registry.connect({ kind: 'serial', path, baudRate: settings().baudRate });
          log.info(`connected again to ${path}`);
        } catch (error) {
          // Nobody asked for it just now, so nobody is disturbed.
          if (!isVescError(error)) throw error;
          log.warn(`${path} could not be connected again (${error.code}): ${error.message}`);
        }
      },
    }),
  );
  hotPlug.start();
  own(shell.workspace.onChange(() => shell.crashes.refresh()));
  own(
    new UnfinishedUpdates(
      core.journal,
      clock,
      (entry) => {
        void import('./unfinished').then(({ tellUnfinished }) => tellUnfinished(shell, entry));
      },
      (error) => log.warn(`unfinished updates cannot be looked for: ${String(error)}`),
    ),
  );
}

/** What follows from changes of the firmware: flashing it where that is wanted, and what IntelliSense knows. */
function followEdits(shell: Shell, memory: Memory, own: Own): void {
  const { builds, core, flashing, host, settings, workspace } = shell;
  const onSave = own(
    new FlashOnSave({
      clock: core.clock,
      isEnabled: () => settings().flashOnSave && vscode.workspace.isTrusted,
      busy: () =>
        flashing.progress ? 'a controller is being worked on' : builds.running ? 'a build runs' : undefined,
      flash: async () => (await import('./flashSaved')).flashSaved(shell),
      tell: (heldBack) => flashing.holdBack(heldBack),
    }),
  );
  own(
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      const root = workspace.knownTree?.root;
      if (root !== undefined && uri.scheme === 'file' && isFirmwareSource(root, uri.fsPath)) onSave.saved();
    }),
  );
  const active = (): { tree: FirmwareTree; board: Board } | undefined => {
    const { knownTree: tree, knownBoard: board } = workspace;
    return tree && board && vscode.workspace.isTrusted ? { tree, board } : undefined;
  };
  const intelliSense = new Lazy(async () => {
    const { IntelliSense } = await import('../views/intelliSense');
    const { languageServerSettings } = await import('../views/languageServerSettings');
    const log = (line: string): void => shell.log.info(line);
    const { clock } = core;
    return own(
      new IntelliSense({ clock, host, memory, settings, active, editor: languageServerSettings(), log }),
    );
  });
  const changed = (): void => {
    if (active()) void intelliSense.get().then((it) => it.changed());
  };
  own(builds.onFinish(() => void intelliSense.get().then((it) => it.built())));
  own(workspace.onChange(changed));
  own(
    vscode.workspace.onDidChangeConfiguration((event) => {
      const names = ['makeArguments', 'toolchainPath', 'makePath', 'compileCommands'];
      if (names.some((name) => event.affectsConfiguration(`vesc.${name}`))) changed();
      if (event.affectsConfiguration('vesc.flashOnSave')) flashing.holdBack(undefined);
    }),
  );
}
