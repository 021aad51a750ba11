import type * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { Controller } from '../../controllers/controller';
import type { Core } from '../../controllers/core';
import type { EmulatedRun } from '../../controllers/emulatedRun';
import type { FeedSubscription } from '../../controllers/valueFeed';
import { loadPage } from '../webview/loadPage';
import { emulatedTitle } from '../emulatorWords';
import { emulatorState, READ_BACK, type ReadBack } from './emulatorState';
import { isToHost, type ToHost, type ToView } from './messages';

/** Faster than this nobody reads. */
const REDRAW_MS = 120;
const READ_MS = 250;

export interface EmulatorViewDependencies {
  readonly core: Pick<Core, 'clock' | 'emulated' | 'registry'>;
  /** The folder of the extension. */
  readonly extension: vscode.Uri;
  readonly fail: (error: unknown) => void;
}

/** What is around an emulated controller, to be changed by hand: its supply, temperatures, cable and power. */
export class EmulatorView implements vscode.WebviewViewProvider, Disposable {
  private readonly owned = new DisposableStore();
  private view: vscode.WebviewView | undefined;
  private ready = false;
  private chosen: string | undefined;
  private pending: Disposable | undefined;
  private followed: Controller | undefined;
  private subscription: FeedSubscription | undefined;
  private read: ReadBack = {};
  private channels: { readonly name: string; readonly list: readonly number[] } | undefined;

  constructor(private readonly dependencies: EmulatorViewDependencies) {
    const { emulated, registry } = dependencies.core;
    this.owned.add(emulated.onChange(() => this.redrawSoon()));
    this.owned.add(registry.onChange(() => this.redrawSoon()));
    this.owned.add(
      emulated.onEvent(({ event }) => {
        // The program sets its ADC up anew.
        if (event.kind === 'reset') this.channels = undefined;
      }),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    this.ready = false;
    view.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    view.onDidChangeVisibility(() => this.redrawSoon());
    view.onDidDispose(() => {
      this.view = undefined;
      this.follow(undefined);
    });
    loadPage(view.webview, this.dependencies.extension, 'emulatorView', 'VESC emulator');
  }

  /** Something the view said. What does not have the shape of a message is nobody's. */
  receive(message: unknown): void {
    if (!isToHost(message)) return;
    this.handle(message).catch((error: unknown) => this.dependencies.fail(error));
  }

  dispose(): void {
    this.pending?.dispose();
    this.follow(undefined);
    this.owned.dispose();
  }

  private async handle(message: ToHost): Promise<void> {
    const { emulated } = this.dependencies.core;
    const name = this.shownName();
    const bench = name === undefined ? undefined : emulated.find(name)?.bench;
    switch (message.type) {
      case 'ready':
        this.ready = true;
        break;
      case 'choose':
        this.chosen = message.controller;
        break;
      case 'set':
        bench?.setQuantity(message.quantity, message.value);
        break;
      case 'place':
        bench?.setPlace(message.index, message.value ?? undefined);
        break;
      case 'switch':
        if (message.name === 'driverFault') bench?.setDriverFault(message.on);
        else if (message.name === 'damage') bench?.damageFlash(message.on);
        else if (message.name === 'unplugged') bench?.plugIn(!message.on);
        else bench?.power(!message.on);
        break;
      case 'normal':
        bench?.backToNormal();
        break;
      case 'erase':
        if (name !== undefined) await emulated.startErased(name);
        break;
    }
    this.redrawSoon();
  }

  /** The controller that is shown: the one picked here, else the selected one, else the first. */
  private shownName(): string | undefined {
    const { emulated, registry } = this.dependencies.core;
    const { names } = emulated;
    const selected = registry.selected && nameOf(registry.atLink(registry.selected));
    return [this.chosen, selected, ...names].find((each) => each !== undefined && names.includes(each));
  }

  private redrawSoon(): void {
    this.pending ??= this.dependencies.core.clock.schedule(REDRAW_MS, () => this.redraw());
  }

  private redraw(): void {
    this.pending = undefined;
    const { view } = this;
    if (!view?.visible || !this.ready) return this.follow(undefined);
    const { emulated, registry } = this.dependencies.core;
    const name = this.shownName();
    const run = name === undefined ? undefined : emulated.find(name);
    const controller = registry.controllers.find((each) => nameOf(each) === name);
    this.follow(controller);
    if (run && name !== undefined) this.learnChannels(name, run);
    const controllers = emulated.names.map((id) => ({ id, title: this.titleOf(id) }));
    const state = emulatorState(
      controllers,
      run && name !== undefined
        ? {
            id: name,
            title: this.titleOf(name),
            run,
            controller,
            read: this.readNow(),
            channels: this.channelsOf(name),
          }
        : undefined,
    );
    void view.webview.postMessage({ type: 'state', ...state } satisfies ToView);
  }

  private titleOf(name: string): string {
    const { registry } = this.dependencies.core;
    const controller = registry.controllers.find((each) => nameOf(each) === name);
    return controller?.identity ? controller.title : emulatedTitle(name);
  }

  private channelsOf(name: string): readonly number[] {
    return this.channels?.name === name ? this.channels.list : [];
  }

  /** What was read from a controller that is not there any more says nothing. */
  private readNow(): ReadBack {
    return this.followed?.state === 'connected' ? this.read : {};
  }

  private learnChannels(name: string, run: EmulatedRun): void {
    if (this.channelsOf(name).length > 0) return;
    void run.bench.readChannels().then((list) => {
      // Before the program has set it up, one place is all there is.
      if (list.length <= 1) return;
      this.channels = { name, list };
      this.redrawSoon();
    });
  }

  /** While it is seen what the firmware makes of its inputs is read. */
  private follow(controller: Controller | undefined): void {
    if (controller === this.followed) return;
    this.subscription?.dispose();
    this.followed = controller;
    this.read = {};
    this.subscription = controller?.feed.subscribe(
      { interval_ms: READ_MS, values: READ_BACK },
      ({ values }) => {
        this.read = values;
        this.redrawSoon();
      },
    );
  }
}

function nameOf({ address }: Controller): string | undefined {
  return address.kind === 'emulated' ? address.name : undefined;
}
