import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import * as vscode from 'vscode';
import { isVescError } from './base/errors';
import { Lazy } from './base/lazy';
import { BuildRecords } from './build/buildRecord';
import { compareCommits } from './build/gitState';
import { type BuildHost, thisHost } from './build/host';
import { registerCommands } from './commands/commandTable';
import { isFirmwareSource } from './build/firmwareSource';
import type { Shell } from './commands/shell';
import { readBytes } from './commands/files';
import { type Core, createCore } from './controllers/core';
import { FaultKeeper } from './controllers/faultKeeper';
import { eventText } from './emulator/eventText';
import type { LayoutSource } from './settings/configuration';
import { BuildDiagnostics } from './views/buildDiagnostics';
import { BuildRelations } from './views/buildRelations';
import { Builds } from './views/builds';
import { BuildTasks, TASK_TYPE } from './views/buildTasks';
import { CardPanel, openPlace } from './views/cardPanel';
import { provideCommits } from './views/commitDocuments';
import { ContextKeys } from './views/contextKeys';
import { commandTerminals, ControllerTerminals } from './views/controllerTerminal';
import { ControllerTree } from './views/controllerTree';
import { crashTitle } from './views/crashWords';
import { CrashReports } from './views/crashReports';
import { registerFaultHover } from './views/faultHover';
import { FaultNotices } from './views/faultNotices';
import { FirmwarePrints } from './views/firmwarePrints';
import { FirmwareWorkspace } from './views/firmwareWorkspace';
import { FlashOnSave } from './views/flashOnSave';
import { FlashState } from './views/flashState';
import { HotPlug } from './views/hotPlug';
import { IntelliSense } from './views/intelliSense';
import { KnownPorts } from './views/knownPorts';
import { languageServerSettings } from './views/languageServerSettings';
import { LispView } from './views/lispView';
import { crashNotice, faultNotice } from './views/messages';
import { Notifier } from './views/notifier';
import { readSettings, type Settings } from './views/settings';
import { SettingsFiles } from './views/settingsFiles';
import { explainSettings } from './views/settingsLanguage';
import { SettingsSource } from './views/settingsSource';
import { StatusBar } from './views/statusBar';
import { UnitTestExplorer } from './views/unitTestExplorer';
import { UnfinishedUpdates } from './views/unfinishedUpdates';
import { WiringHelp } from './views/wiringHelp';

/** What the editor tests work with. */
export type Api = Pick<
  Shell,
  'core' | 'workspace' | 'builds' | 'flashing' | 'tree' | 'page' | 'relations' | 'records' | 'lisp'
> & {
  readonly unitTests: UnitTestExplorer;
};

/** What has to be kept before the editor goes. */
let keepAll: (() => Promise<void>) | undefined;

/** Puts the extension together. Nothing is read, opened or started in here. */
export function activate(context: vscode.ExtensionContext): Api {
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const settings = (): Settings => readSettings(vscode.workspace.getConfiguration('vesc'));
  const log = own(vscode.window.createOutputChannel('VESC Firmware', { log: true }));
  const storage = context.storageUri ?? context.globalStorageUri;
  const core: Core = own(
    createCore({
      stageWorker: join(__dirname, 'stageWorker.js'),
      emulated: {
        inputsOf: async (hardware) => {
          const { inputsInTree } = await import('./views/inputsInTree');
          return inputsInTree(workspace, host, hardware);
        },
        flashFolder: join(storage.fsPath, 'emulated'),
      },
    }),
  );
  keepAll = () => core.emulated.stopAll();
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
  const builder = new Lazy(async () => {
    const { Builder } = await import('./build/builder');
    return new Builder(host, records);
  });
  const builds = own(
    new Builds({
      builder: { build: async (...args) => (await builder.get()).build(...args) },
      host,
      settings,
      memory,
    }),
  );
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
  const sources = new Lazy(async () => {
    const { FaultSources } = await import('./build/faultSources');
    return new FaultSources(host.files, unsavedText);
  });
  const symbolizer = new Lazy(async () => {
    const { Symbolizer } = await import('./build/symbolizer');
    return new Symbolizer(host);
  });
  const crashes = own(
    new CrashReports({
      report: async (request) => {
        const { reportCrash } = await import('./build/crashReport');
        const parts = { symbolizer: await symbolizer.get(), sources: await sources.get() };
        return reportCrash(request, { records, ...parts });
      },
      root: () => workspace.knownTree?.root,
    }),
  );
  const page = own(new CardPanel(context.extensionUri));
  const cards = new Lazy(async () => {
    const { FaultCards } = await import('./views/faultCards');
    const tree = () => workspace.tree();
    return own(new FaultCards({ registry, tree, sources: await sources.get(), crashes, page }));
  });
  const flashing = own(new FlashState());
  const notifier = new Notifier(log);
  const allLayouts = new Lazy(async () => {
    const { layoutSource } = await import('./settings/layoutSource');
    const { treeLayouts } = await import('./build/treeLayouts');
    return layoutSource(async (...wanted) => {
      const tree = workspace.knownTree;
      // As above: git is for trusted folders.
      return tree && vscode.workspace.isTrusted ? treeLayouts(tree, host)(...wanted) : undefined;
    });
  });
  const layouts: LayoutSource = async (...wanted) => (await allLayouts.get())(...wanted);
  const settingsSource = new SettingsSource(registry, layouts, readBytes);
  const settingsFiles = own(new SettingsFiles({ source: settingsSource, registry, flashing, clock }));
  own(
    explainSettings(settingsFiles, async () => {
      const tree = workspace.knownTree;
      if (!tree) return new Map<string, string>();
      const { treeHelp } = await import('./build/treeLayouts');
      return treeHelp(tree, host);
    }),
  );
  const shell: Shell = {
    core,
    settings,
    workspace,
    builds,
    records,
    host,
    tasks: new BuildTasks(workspace, builds),
    diagnostics: own(new BuildDiagnostics()),
    relations,
    tree: own(new ControllerTree(registry, relations, crashes, core.emulated, clock)),
    page,
    cards,
    crashes,
    terminals: own(new ControllerTerminals(commandTerminals(core.pool, memory))),
    lisp: own(new LispView(core, memory)),
    livePanels: new Lazy(async () => {
      const { LivePanels } = await import('./views/liveData/livePanels');
      return own(
        new LivePanels({
          core,
          extension: context.extensionUri,
          isMotorTestOn: () => settings().motorTest,
          fail: (error) => notifier.fail(error),
        }),
      );
    }),
    flashing,
    known: new KnownPorts(memory),
    layouts,
    settingsSource,
    settingsFiles,
    remembered: context.globalState,
    adapter: async () => {
      const { OpenOcdProgrammer } = await import('./recovery/openocd/openOcdProgrammer');
      return new OpenOcdProgrammer(host, {
        setting: settings().openocdPath,
        makeScratch: () => mkdtemp(join(tmpdir(), 'vesc-recover-')),
        onLine: (line) => log.debug(`openocd: ${line}`),
      });
    },
    wiring: own(new WiringHelp(context.extensionUri)),
    notifier,
    log,
  };
  own(
    new FirmwarePrints({
      pool: core.pool,
      registry,
      clock,
      createLog: () => vscode.window.createOutputChannel('VESC Firmware Prints', { log: true }),
    }),
  );
  own(new StatusBar({ registry, relations, workspace, builds, flashing, clock }));
  own(new ContextKeys(registry, workspace, flashing, core.emulated));
  const emulatorView = new Lazy(async () => {
    const { EmulatorView } = await import('./views/emulator/emulatorView');
    return own(
      new EmulatorView({ core, extension: context.extensionUri, fail: (error) => notifier.fail(error) }),
    );
  });
  own(
    vscode.window.registerWebviewViewProvider('vesc.emulator', {
      resolveWebviewView: async (view) => (await emulatorView.get()).resolveWebviewView(view),
    }),
  );
  own(provideCommits(host));
  const unitTests = own(new UnitTestExplorer(workspace, host));
  own(vscode.tasks.registerTaskProvider(TASK_TYPE, shell.tasks));
  own(registerFaultHover(registry));
  registerCommands(shell).forEach(own);
  connectParts(shell, own);
  watchOver(shell, own);
  followEdits(shell, memory, own);
  offerCommandLine(context);
  workspace.look();
  const { tree, lisp } = shell;
  return { core, workspace, builds, flashing, tree, page, relations, records, lisp, unitTests };
}

/** Emulated controllers keep in their flash what was stored a moment ago. */
export function deactivate(): Promise<void> | undefined {
  return keepAll?.();
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
      if (event.kind === 'reset' || event.kind === 'state') log.info(line);
      else log.warn(line);
    }),
  );
  own(core.emulated.onUnwritable((error) => log.warn(`emulator: ${error.message}`)));
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
  watchCrashes(shell, own);
  const notices = new FaultNotices(clock);
  own(
    registry.onFault(({ controller, sighting: { fault, at, foundActive } }) => {
      log.warn(`${controller.title}: ${fault}`);
      const isNews = notices.isNews(controller.identity?.uuid ?? '', fault);
      if (!isNews || !settings().faultNotifications) return;
      notifier.show(faultNotice(controller.title, fault), {
        fault: () =>
          vscode.commands.executeCommand('vesc.showFaults', {
            controller,
            fault: { fault, ...(foundActive ? {} : { at: at.toISOString() }) },
          }),
      });
    }),
  );
  own(
    new UnfinishedUpdates(core.journal, clock, (entry) => {
      void import('./commands/unfinished').then(({ tellUnfinished }) => tellUnfinished(shell, entry));
    }),
  );
}

/** Crashes are told of once, with their line as soon as it is found. */
function watchCrashes({ core, crashes, log, notifier, settings, workspace }: Shell, own: Own): void {
  const { clock, registry, faultHistory: history } = core;
  const keeper = own(new FaultKeeper({ registry, history, clock }));
  own(workspace.onChange(() => crashes.refresh()));
  own(
    keeper.onCrash(({ controller, diag }) => {
      void crashes.wait(controller).then(() => {
        const place = crashes.placeOf(controller);
        const title = crashTitle(diag);
        log.warn(`${controller.title}: ${title}${place ? ` at ${place.label}` : ''}`);
        if (!settings().faultNotifications) return;
        notifier.show(crashNotice(controller.title, title, place?.label), {
          line: () => place && openPlace(place),
          crash: () => vscode.commands.executeCommand('vesc.showCrash', { controller }),
        });
      });
    }),
  );
}

/** What follows from changes of the firmware: flashing it where that is wanted, and what IntelliSense knows. */
function followEdits(shell: Shell, memory: vscode.Memento, own: Own): void {
  const { builds, core, flashing, host, log, settings, workspace } = shell;
  const onSave = own(
    new FlashOnSave({
      clock: core.clock,
      isEnabled: () => settings().flashOnSave && vscode.workspace.isTrusted,
      busy: () =>
        flashing.progress ? 'a controller is being worked on' : builds.running ? 'a build runs' : undefined,
      flash: async () => (await import('./commands/flashSaved')).flashSaved(shell),
      tell: (heldBack) => flashing.holdBack(heldBack),
    }),
  );
  own(
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      const root = workspace.knownTree?.root;
      if (root !== undefined && uri.scheme === 'file' && isFirmwareSource(root, uri.fsPath)) onSave.saved();
    }),
  );
  const intelliSense = own(
    new IntelliSense({
      clock: core.clock,
      host,
      memory,
      settings,
      active: () => {
        const { knownTree: tree, knownBoard: board } = workspace;
        return tree && board && vscode.workspace.isTrusted ? { tree, board } : undefined;
      },
      editor: languageServerSettings(),
      log: (line) => log.info(line),
    }),
  );
  own(builds.onFinish(() => intelliSense.built()));
  own(workspace.onChange(() => intelliSense.changed()));
  own(
    vscode.workspace.onDidChangeConfiguration((event) => {
      const names = ['makeArguments', 'toolchainPath', 'makePath', 'compileCommands'];
      if (names.some((name) => event.affectsConfiguration(`vesc.${name}`))) intelliSense.changed();
      if (event.affectsConfiguration('vesc.flashOnSave')) flashing.holdBack(undefined);
    }),
  );
}

/** What is typed in a file and not saved. */
function unsavedText(file: string): string | undefined {
  const isIt = (document: vscode.TextDocument): boolean =>
    document.isDirty && document.uri.scheme === 'file' && document.uri.fsPath === file;
  return vscode.workspace.textDocuments.find(isIt)?.getText();
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
