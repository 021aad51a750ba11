import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import * as vscode from 'vscode';
import { isVescError } from './base/errors';
import { Builder } from './build/builder';
import { BuildRecords } from './build/buildRecord';
import { compareCommits } from './build/gitState';
import { type BuildHost, thisHost } from './build/host';
import { registerCommands } from './commands/commandTable';
import type { Shell } from './commands/shell';
import { tellUnfinished } from './commands/unfinished';
import { createCore } from './controllers/core';
import { eventText } from './emulator/eventText';
import { BuildDiagnostics } from './views/buildDiagnostics';
import { BuildRelations } from './views/buildRelations';
import { Builds } from './views/builds';
import { BuildTasks, TASK_TYPE } from './views/buildTasks';
import { ContextKeys } from './views/contextKeys';
import { ControllerTerminals } from './views/controllerTerminal';
import { ControllerTree } from './views/controllerTree';
import { FaultNotices } from './views/faultNotices';
import { FirmwareWorkspace } from './views/firmwareWorkspace';
import { FlashState } from './views/flashState';
import { HotPlug } from './views/hotPlug';
import { KnownPorts } from './views/knownPorts';
import { faultNotice } from './views/messages';
import { Notifier } from './views/notifier';
import { readSettings, type Settings } from './views/settings';
import { StatusBar } from './views/statusBar';
import { UnfinishedUpdates } from './views/unfinishedUpdates';

/** What the editor tests work with. */
export type Api = Pick<Shell, 'core' | 'workspace' | 'builds' | 'flashing' | 'tree'>;

/** Puts the extension together. Nothing is read, opened or started in here. */
export function activate(context: vscode.ExtensionContext): Api {
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const settings = (): Settings => readSettings(vscode.workspace.getConfiguration('vesc'));
  const log = own(vscode.window.createOutputChannel('VESC Firmware', { log: true }));
  const core = own(createCore());
  const { clock, registry } = core;
  const memory = context.workspaceState;
  const host = buildHost(settings);
  const records = new BuildRecords(core.dataDirectory, host.files, clock);
  const workspace = own(
    new FirmwareWorkspace({
      host,
      clock,
      memory,
      settings,
      boardOfController: () => registry.selected?.record?.board,
    }),
  );
  const builds = own(new Builds({ builder: new Builder(host, records), host, settings, memory }));
  const relations = own(
    new BuildRelations({
      activeBuild: () => builds.activeBuild(workspace.knownBoard),
      compare: async (commit) => {
        const tree = workspace.knownTree;
        // The configuration of a repository can name programs to run: git is for trusted folders.
        if (!tree || !vscode.workspace.isTrusted) return { relation: 'unknown' };
        return compareCommits(tree, commit, host);
      },
    }),
  );
  const flashing = own(new FlashState());
  const shell: Shell = {
    core,
    settings,
    workspace,
    builds,
    records,
    tasks: new BuildTasks(workspace, builds),
    diagnostics: own(new BuildDiagnostics()),
    relations,
    tree: own(new ControllerTree(registry, relations, clock)),
    terminals: own(new ControllerTerminals(core.pool)),
    flashing,
    known: new KnownPorts(memory),
    remembered: context.globalState,
    notifier: new Notifier(log),
    log,
  };
  own(new StatusBar({ registry, relations, workspace, builds, flashing, clock }));
  own(new ContextKeys(registry, workspace, flashing));
  own(vscode.tasks.registerTaskProvider(TASK_TYPE, shell.tasks));
  registerCommands(shell).forEach(own);
  connectParts(shell, own);
  watchOver(shell, own);
  offerCommandLine(context);
  workspace.look();
  return { core, workspace, builds, flashing, tree: shell.tree };
}

type Own = <T extends vscode.Disposable>(part: T) => T;

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
  own(
    core.emulated.onEvent(({ event }) => {
      const line = `emulator: ${eventText(event)}`;
      if (event.kind === 'reset') log.info(line);
      else log.warn(line);
    }),
  );
  // Which controller is selected may decide which board is built.
  own(core.registry.onChange((controller) => void (controller === undefined && workspace.look())));
}

/** What goes on without anybody asking: ports that come back, faults, updates that were left half-way. */
function watchOver(shell: Shell, own: Own): void {
  const { core, known, log, notifier, settings } = shell;
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
  const notices = new FaultNotices(clock);
  own(
    registry.onFault(({ controller, sighting: { fault } }) => {
      log.warn(`${controller.title}: ${fault}`);
      const isNews = notices.isNews(controller.identity?.uuid ?? '', fault);
      if (!isNews || !settings().faultNotifications) return;
      notifier.show(faultNotice(controller.title, fault), {
        faults: () => vscode.commands.executeCommand('vesc.showFaults', { controller }),
      });
    }),
  );
  own(new UnfinishedUpdates(core.journal, clock, (entry) => tellUnfinished(shell, entry)));
}

/** This computer, as far as the settings do not say otherwise. */
function buildHost(settings: () => Settings): BuildHost {
  const host = thisHost(availableParallelism());
  return {
    ...host,
    get processors() {
      return settings().jobs || host.processors;
    },
    get env() {
      const { makePath } = settings();
      if (makePath === '') return host.env;
      return { ...host.env, PATH: [makePath, host.env['PATH'] ?? host.env['Path'] ?? ''].join(delimiter) };
    },
  };
}

/** Terminals of this window find `vesc`. */
function offerCommandLine(context: vscode.ExtensionContext): void {
  const { environmentVariableCollection: variables } = context;
  variables.description = 'The command line `vesc`: build, flash and look at VESC controllers.';
  variables.prepend('PATH', join(context.extensionPath, 'bin') + delimiter);
  // The launcher needs no Node of its own: it runs on the editor's.
  variables.replace('VESC_NODE', process.execPath);
}
