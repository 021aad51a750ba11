import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import type { ControllerRegistry } from '../controllers/controllerRegistry';
import type { BuildRelations } from './buildRelations';
import type { Builds } from './builds';
import type { CommandName } from './commandNames';
import { tooltip } from './controllerTree';
import type { FirmwareWorkspace } from './firmwareWorkspace';
import type { FlashState } from './flashState';
import { boardStatus, controllerStatus, flashStatus, type StatusWords, stopStatus } from './statusWords';

const REDRAW_MS = 100;
/** Next to each other, behind the counts of errors and warnings. */
const PRIORITY = { stop: 50, controller: 49, board: 48, flash: 47 } as const;
const NAMES = {
  stop: 'VESC stop motor',
  controller: 'VESC controller',
  board: 'VESC board and build',
  flash: 'VESC flash',
} as const;
type ItemId = keyof typeof PRIORITY;

export interface StatusBarDependencies {
  readonly registry: ControllerRegistry;
  readonly relations: BuildRelations;
  readonly workspace: FirmwareWorkspace;
  readonly builds: Builds;
  readonly flashing: FlashState;
  readonly clock: Clock;
}

/** Three items: the controller, the board with its build, and flashing; a fourth while a motor turns. */
export class StatusBar implements vscode.Disposable {
  private readonly owned = new DisposableStore();
  private readonly items: Readonly<Record<ItemId, vscode.StatusBarItem>>;
  private pending: Disposable | undefined;
  private readonly drawn = new Map<ItemId, string>();

  constructor(private readonly dependencies: StatusBarDependencies) {
    const { registry, relations, workspace, builds, flashing } = dependencies;
    this.items = {
      stop: this.item('stop', 'vesc.stopMotor'),
      controller: this.item('controller', 'vesc.selectController'),
      board: this.item('board', 'vesc.selectBoard'),
      flash: this.item('flash', 'vesc.flash'),
    };
    for (const source of [registry, relations, workspace, builds, flashing])
      this.owned.add(source.onChange(() => this.redrawSoon()));
    this.redraw();
  }

  dispose(): void {
    this.pending?.dispose();
    this.owned.dispose();
  }

  private item(id: ItemId, command: CommandName): vscode.StatusBarItem {
    const item = this.owned.add(
      vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Left, PRIORITY[id]),
    );
    item.name = NAMES[id];
    item.command = command;
    return item;
  }

  private redrawSoon(): void {
    this.pending ??= this.dependencies.clock.schedule(REDRAW_MS, () => this.redraw());
  }

  /** Live values come four times a second and mostly change nothing here. */
  private draw(id: ItemId, words: StatusWords): void {
    const content = JSON.stringify(words);
    if (this.drawn.get(id) === content) return;
    this.drawn.set(id, content);
    drawStatus(this.items[id], words);
  }

  private redraw(): void {
    this.pending?.dispose();
    this.pending = undefined;
    const { registry, relations, workspace, builds, flashing } = this.dependencies;
    const { selected } = registry;
    const relation = selected && relations.of(selected);
    this.draw('controller', controllerStatus(registry.controllers, selected, relation));
    this.items.controller.show();
    const stop = stopStatus(registry.controllers);
    if (stop) {
      this.draw('stop', stop);
      this.items.stop.show();
    } else this.items.stop.hide();

    const board = workspace.knownBoard;
    this.draw('board', boardStatus(board, builds.running, board && builds.resultOf(board)));
    // While a build runs a click stops it; VESC: Build asks first.
    this.items.board.command = builds.running ? 'vesc.build' : 'vesc.selectBoard';
    this.draw('flash', flashStatus(flashing.progress, flashing.last, flashing.heldBack));
    const hasTree = workspace.knownTree !== undefined;
    for (const [item, isShown] of [
      [this.items.board, hasTree],
      [this.items.flash, hasTree || flashing.progress !== undefined],
    ] as const) {
      if (isShown) item.show();
      else item.hide();
    }
  }
}

/** Shows `words` in a status item, and reads them to those who cannot see it. */
export function drawStatus(item: vscode.StatusBarItem, words: StatusWords): void {
  item.text = words.text;
  item.tooltip = tooltip(words.tooltip);
  item.backgroundColor =
    words.background === undefined
      ? undefined
      : new vscode.ThemeColor(`statusBarItem.${words.background}Background`);
  item.accessibilityInformation = {
    label: `${item.name}: ${words.text.replace(/\$\([^)]*\)\s*/g, '')}. ${words.tooltip.join(' ')}`,
  };
}
