import type * as vscode from 'vscode';
import type { Lazy } from '../base/lazy';
import type { BuildRecords } from '../build/buildRecord';
import type { BuildHost } from '../build/host';
import type { Core } from '../controllers/core';
import type { OpenOcdProgrammer } from '../recovery/openocd/openOcdProgrammer';
import type { LayoutSource } from '../settings/configuration';
import type { BuildRelations } from '../views/buildRelations';
import type { Builds } from '../views/builds';
import type { BuildTasks } from '../views/buildTasks';
import type { BuildDiagnostics } from '../views/buildDiagnostics';
import type { ControllerTerminals } from '../views/controllerTerminal';
import type { ControllerTree } from '../views/controllerTree';
import type { CardPanel } from '../views/cardPanel';
import type { CrashReports } from '../views/crashReports';
import type { FaultCards } from '../views/faultCards';
import type { FirmwareWorkspace } from '../views/firmwareWorkspace';
import type { FlashState } from '../views/flashState';
import type { LispView } from '../views/lispView';
import type { LivePanels } from '../views/liveData/livePanels';
import type { KnownPorts, Memory } from '../views/knownPorts';
import type { Notifier } from '../views/notifier';
import type { Settings } from '../views/settings';
import type { SettingsFiles } from '../views/settingsFiles';
import type { SettingsSource } from '../views/settingsSource';
import type { WiringHelp } from '../views/wiringHelp';

/** What commands work with. */
export interface Shell {
  readonly core: Core;
  readonly settings: () => Settings;
  readonly workspace: FirmwareWorkspace;
  readonly builds: Builds;
  readonly records: BuildRecords;
  /** The computer that builds. */
  readonly host: BuildHost;
  readonly tasks: BuildTasks;
  readonly diagnostics: BuildDiagnostics;
  readonly relations: BuildRelations;
  readonly tree: ControllerTree;
  readonly page: Lazy<CardPanel>;
  readonly cards: Lazy<FaultCards>;
  readonly crashes: CrashReports;
  readonly terminals: ControllerTerminals;
  readonly lisp: Lazy<LispView>;
  readonly livePanels: Lazy<LivePanels>;
  readonly flashing: FlashState;
  readonly known: KnownPorts;
  /** What configuration blobs look like, by release or by the firmware tree that is open. */
  readonly layouts: LayoutSource;
  readonly settingsSource: Lazy<SettingsSource>;
  readonly settingsFiles: Lazy<SettingsFiles>;
  /** What is remembered of this user, in all windows. */
  readonly remembered: Memory;
  /** The debug adapter at this computer. */
  readonly adapter: () => Promise<OpenOcdProgrammer>;
  readonly wiring: Lazy<WiringHelp>;
  readonly notifier: Notifier;
  readonly log: vscode.LogOutputChannel;
}
