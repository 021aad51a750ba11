import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable';
import type { Core } from '../controllers/core';
import { FaultKeeper } from '../controllers/faultKeeper';
import { openPlace } from './cardPanel';
import { crashTitle } from './crashWords';
import type { CrashReports } from './crashReports';
import { FaultNotices } from './faultNotices';
import { FirmwarePrints } from './firmwarePrints';
import { crashNotice, faultNotice } from './messages';
import type { Notifier } from './notifier';
import type { Settings } from './settings';

export interface FollowerDependencies {
  readonly core: Core;
  readonly crashes: CrashReports;
  readonly notifier: Notifier;
  readonly settings: () => Settings;
  readonly log: vscode.LogOutputChannel;
}

/** Follows every controller that is connected from now on: writes down what it prints, tells of its faults and crashes. */
export function followControllers(dependencies: FollowerDependencies): Disposable {
  const owned = new DisposableStore();
  const { clock, pool, registry } = dependencies.core;
  owned.add(
    new FirmwarePrints({
      pool,
      registry,
      clock,
      createLog: () => vscode.window.createOutputChannel('VESC Firmware Prints', { log: true }),
    }),
  );
  owned.add(tellFaults(dependencies));
  owned.add(tellCrashes(dependencies));
  return owned;
}

function tellFaults({ core, log, notifier, settings }: FollowerDependencies): Disposable {
  const notices = new FaultNotices(core.clock);
  return core.registry.onFault(({ controller, sighting: { fault, at, foundActive } }) => {
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
  });
}

/** Crashes are told of once, with their line as soon as it is found. */
function tellCrashes({ core, crashes, log, notifier, settings }: FollowerDependencies): Disposable {
  const { clock, registry, faultHistory: history } = core;
  const keeper = new FaultKeeper({ registry, history, clock });
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
  });
  return keeper;
}
