import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import * as vscode from 'vscode';
import { Lazy } from './base/lazy';
import { BuildRecords } from './build/buildRecord';
import { compareCommits } from './build/gitState';
import { type BuildHost, thisHost } from './build/host';
import { runInBackground } from './commands/background';
import { registerCommands } from './commands/commandTable';
import type { Shell } from './commands/shell';
import { readBytes } from './commands/files';
import { type Core, createCore } from './controllers/core';
import type { LayoutSource } from './settings/configuration';
import { BuildDiagnostics } from './views/buildDiagnostics';
import { BuildRelations } from './views/buildRelations';
import { Builds } from './views/builds';
import { BuildTasks, TASK_TYPE } from './views/buildTasks';
import { provideCommits } from './views/commitDocuments';
import { ContextKeys } from './views/contextKeys';
import { commandTerminals, ControllerTerminals } from './views/controllerTerminal';
import { ControllerTree } from './views/controllerTree';
import { CrashReports } from './views/crashReports';
import { EmulatorFaults } from './views/emulatorFaults';
import { registerFaultHover } from './views/faultHover';
import { FirmwareWorkspace } from './views/firmwareWorkspace';
import { FlashState } from './views/flashState';
import { KnownPorts } from './views/knownPorts';
import { Notifier } from './views/notifier';
import { readSettings, type Settings } from './views/settings';
import { SettingsScheme } from './views/settingsScheme';
import { StatusBar } from './views/statusBar';
import type { UnitTestExplorer } from './views/unitTestExplorer';

/** What the editor tests work with. */
export type Api = Pick<
  Shell,
  'core' | 'workspace' | 'builds' | 'flashing' | 'tree' | 'page' | 'relations' | 'records' | 'lisp'
> & {
  readonly unitTests: Lazy<UnitTestExplorer>;
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
      beforeFirst: async () => {
        const [{ followControllers }] = await Promise.all([
          import('./views/controllerFollowers'),
          lisp.get(),
        ]);
        own(followControllers({ core, crashes, notifier, settings, log }));
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
  const faultPlaces = own(
    new EmulatorFaults({
      records,
      locate: async (...args) => (await symbolizer.get()).locate(...args),
      root: () => workspace.knownTree?.root,
    }),
  );
  own(workspace.onChange(() => faultPlaces.refresh()));
  const page = new Lazy(async () => {
    const { CardPanel } = await import('./views/cardPanel');
    return own(new CardPanel(context.extensionUri));
  });
  const cards = new Lazy(async () => {
    const { FaultCards } = await import('./views/faultCards');
    const tree = () => workspace.tree();
    const parts = { sources: await sources.get(), page: await page.get() };
    return own(new FaultCards({ registry, tree, crashes, ...parts }));
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
  const settingsSource = new Lazy(async () => {
    const { SettingsSource } = await import('./views/settingsSource');
    return new SettingsSource(registry, layouts, readBytes);
  });
  const scheme = own(
    new SettingsScheme(async (changed) => {
      const [{ SettingsFiles }, { explainSettings }, source] = await Promise.all([
        import('./views/settingsFiles'),
        import('./views/settingsLanguage'),
        settingsSource.get(),
      ]);
      const files = own(new SettingsFiles({ source, registry, flashing, clock, changed }));
      own(
        explainSettings(files, async () => {
          const tree = workspace.knownTree;
          if (!tree) return new Map<string, string>();
          const { treeHelp } = await import('./build/treeLayouts');
          return treeHelp(tree, host);
        }),
      );
      return files;
    }),
  );
  const lisp = new Lazy(async () => {
    const { LispView } = await import('./views/lispView');
    return own(new LispView(core, memory));
  });
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
    tree: own(new ControllerTree(registry, relations, crashes, core.emulated, faultPlaces, clock)),
    page,
    cards,
    crashes,
    terminals: own(new ControllerTerminals(commandTerminals(core.pool, memory))),
    lisp,
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
    settingsFiles: scheme.files,
    remembered: context.globalState,
    adapter: async () => {
      const { OpenOcdProgrammer } = await import('./recovery/openocd/openOcdProgrammer');
      return new OpenOcdProgrammer(host, {
        setting: settings().openocdPath,
        makeScratch: () => mkdtemp(join(tmpdir(), 'vesc-recover-')),
        onLine: (line) => log.debug(`openocd: ${line}`),
      });
    },
    wiring: new Lazy(async () => {
      const { WiringHelp } = await import('./views/wiringHelp');
      return own(new WiringHelp(context.extensionUri));
    }),
    notifier,
    log,
  };
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
  const unitTests = new Lazy(async () => {
    const { UnitTestExplorer } = await import('./views/unitTestExplorer');
    return own(new UnitTestExplorer(workspace, host));
  });
  // There are no tests where there is no firmware.
  own(
    workspace.onChange(() => {
      if (workspace.knownTree && !unitTests.made) void unitTests.get().then((tests) => tests.discover());
    }),
  );
  own(vscode.tasks.registerTaskProvider(TASK_TYPE, shell.tasks));
  own(registerFaultHover(registry));
  registerCommands(shell).forEach(own);
  own(runInBackground(shell, memory));
  offerCommandLine(context);
  workspace.look();
  const { tree } = shell;
  return { core, workspace, builds, flashing, tree, page, relations, records, lisp, unitTests };
}

/** Emulated controllers keep in their flash what was stored a moment ago. */
export function deactivate(): Promise<void> | undefined {
  return keepAll?.();
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
