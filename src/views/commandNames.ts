import type { Command, Uri } from 'vscode';
import type { Controller } from '../controllers/controller';
import type { FaultRef } from './faultWords';

/** What a menu of the tree hands to a command; the row of a controller is one. */
export interface ControllerTarget {
  readonly controller: Controller;
}

/** A fault of a controller, where one is meant. */
export interface FaultTarget extends ControllerTarget {
  readonly fault?: FaultRef;
}

/** Every command, with what it may be called with. Menus and keys call it with nothing or what stands here. */
export interface CommandArguments {
  'vesc.flash': [target?: ControllerTarget];
  'vesc.flashBus': [target?: ControllerTarget];
  'vesc.flashFile': [target?: ControllerTarget | Uri];
  'vesc.build': [];
  'vesc.clean': [];
  'vesc.selectBoard': [board?: string];
  'vesc.selectController': [target?: ControllerTarget];
  'vesc.connect': [address?: string];
  'vesc.disconnect': [target?: ControllerTarget];
  'vesc.refresh': [target?: ControllerTarget];
  'vesc.showFaults': [target?: FaultTarget];
  'vesc.showCrash': [target?: ControllerTarget];
  'vesc.reboot': [target?: ControllerTarget];
  'vesc.openTerminal': [target?: ControllerTarget];
  'vesc.startSimulatedController': [name?: string];
  'vesc.runInEmulator': [file?: Uri];
  'vesc.swapImage': [target?: ControllerTarget];
  'vesc.debugInEmulator': [target?: ControllerTarget];
  'vesc.stopEmulator': [target?: ControllerTarget];
  'vesc.openLog': [];
  'vesc.installBootloader': [target?: ControllerTarget];
  'vesc.saveSettings': [target?: ControllerTarget];
  'vesc.restoreSettings': [target?: ControllerTarget & { readonly snapshotPath?: string }];
  'vesc.openSettings': [target?: ControllerTarget];
  'vesc.compareSettings': [target?: ControllerTarget];
  'vesc.importSettings': [target?: ControllerTarget];
  'vesc.exportSettings': [target?: ControllerTarget];
  'vesc.rename': [target?: ControllerTarget];
  'vesc.scan': [target?: ControllerTarget];
  'vesc.rebuild': [];
  'vesc.flashAndOpenTerminal': [target?: ControllerTarget];
  'vesc.flashKeptBuild': [target?: ControllerTarget, buildId?: string];
  'vesc.showCommits': [target?: ControllerTarget];
  'vesc.openLiveData': [target?: ControllerTarget];
  'vesc.stopMotor': [target?: ControllerTarget];
  'vesc.recover': [target?: ControllerTarget];
  'vesc.setUpDebugging': [];
  'vesc.uploadLisp': [file?: Uri];
  'vesc.stopLisp': [target?: ControllerTarget];
  'vesc.openLispRepl': [target?: ControllerTarget];
}
export type CommandName = keyof CommandArguments;

/** The names alone; the compiler sees to it that none is missing. */
export const COMMAND_NAMES = Object.keys({
  'vesc.flash': true,
  'vesc.flashBus': true,
  'vesc.flashFile': true,
  'vesc.build': true,
  'vesc.clean': true,
  'vesc.selectBoard': true,
  'vesc.selectController': true,
  'vesc.connect': true,
  'vesc.disconnect': true,
  'vesc.refresh': true,
  'vesc.showFaults': true,
  'vesc.showCrash': true,
  'vesc.reboot': true,
  'vesc.openTerminal': true,
  'vesc.startSimulatedController': true,
  'vesc.runInEmulator': true,
  'vesc.swapImage': true,
  'vesc.debugInEmulator': true,
  'vesc.stopEmulator': true,
  'vesc.openLog': true,
  'vesc.installBootloader': true,
  'vesc.saveSettings': true,
  'vesc.restoreSettings': true,
  'vesc.openSettings': true,
  'vesc.compareSettings': true,
  'vesc.importSettings': true,
  'vesc.exportSettings': true,
  'vesc.rename': true,
  'vesc.scan': true,
  'vesc.rebuild': true,
  'vesc.flashAndOpenTerminal': true,
  'vesc.flashKeptBuild': true,
  'vesc.showCommits': true,
  'vesc.openLiveData': true,
  'vesc.stopMotor': true,
  'vesc.recover': true,
  'vesc.setUpDebugging': true,
  'vesc.uploadLisp': true,
  'vesc.stopLisp': true,
  'vesc.openLispRepl': true,
} satisfies Record<CommandName, true>) as readonly CommandName[];

/** A command with its arguments, for rows and status items; wrong arguments do not compile. */
export function commandCall<C extends CommandName>(
  command: C,
  title: string,
  ...args: CommandArguments[C]
): Command {
  return { command, title, arguments: args };
}

/** The context keys that `when` clauses may ask for; set by ContextKeys and by nobody else. */
export const CONTEXT_KEYS = ['vesc.connected', 'vesc.hasTree', 'vesc.updating', 'vesc.emulated'] as const;
export type ContextKey = (typeof CONTEXT_KEYS)[number];
