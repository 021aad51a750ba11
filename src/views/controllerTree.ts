import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import type { Controller } from '../controllers/controller';
import type { ControllerRegistry } from '../controllers/controllerRegistry';
import type { EmulatedControllers } from '../controllers/emulatedControllers';
import type { BuildRelations } from './buildRelations';
import { commandCall } from './commandNames';
import type { controllerNodes } from './controllerNodes';
import type { CrashReports } from './crashReports';
import type { EmulatorFaults } from './emulatorFaults';
import { type Row, RowStore } from './nodeChanges';

export const CONTROLLER_VIEW = 'vesc.controllers';
/** Faster than this nobody reads. */
const REDRAW_MS = 250;

/** The tree of controllers in the side bar. While it is seen, and only then, live values are read. */
export class ControllerTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly owned = new DisposableStore();
  private readonly changes = this.owned.add(new vscode.EventEmitter<Row | Row[] | undefined>());
  private readonly store = new RowStore();
  private readonly view: vscode.TreeView<Row>;
  private pending: Disposable | undefined;
  /** Draws controllers, as soon as there are any. */
  private nodesOf: typeof controllerNodes | undefined;
  readonly onDidChangeTreeData = this.changes.event;

  constructor(
    private readonly registry: ControllerRegistry,
    private readonly relations: BuildRelations,
    private readonly crashes: Pick<CrashReports, 'placeOf' | 'onChange'>,
    private readonly emulated: Pick<EmulatedControllers, 'statusOf' | 'runAt' | 'onChange'>,
    private readonly faults: Pick<EmulatorFaults, 'placeOf' | 'onChange'>,
    private readonly clock: Clock,
  ) {
    this.view = this.owned.add(
      vscode.window.createTreeView(CONTROLLER_VIEW, { treeDataProvider: this, showCollapseAll: true }),
    );
    this.owned.add(this.view.onDidChangeVisibility(({ visible }) => this.attend(visible)));
    this.owned.add(registry.onChange(() => this.redrawSoon()));
    this.owned.add(relations.onChange(() => this.redrawSoon()));
    this.owned.add(crashes.onChange(() => this.redrawSoon()));
    this.owned.add(emulated.onChange(() => this.redrawSoon()));
    this.owned.add(faults.onChange(() => this.redrawSoon()));
    this.attend(this.view.visible);
  }

  /** The rows at the top, as they are drawn. */
  get rows(): readonly Row[] {
    return this.store.rows;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return treeItem(row);
  }

  getChildren(row?: Row): Row[] {
    return [...(row ?? { children: this.store.rows }).children];
  }

  getParent(row: Row): Row | undefined {
    return row.parent;
  }

  /** Shows the faults of `controller` in the tree, where they can be seen. */
  async revealFaults(controller: Controller): Promise<void> {
    if (!this.view.visible) return;
    await this.redraw();
    const top = this.store.rows.find((row) => row.controller === controller);
    const faults = top?.children.find((row) => row.node.context === 'fault');
    if (faults) await this.view.reveal(faults, { expand: true, select: false });
  }

  dispose(): void {
    this.pending?.dispose();
    this.owned.dispose();
  }

  private attend(visible: boolean): void {
    this.registry.attend(visible ? 'watched' : 'minded');
    if (visible) this.redrawSoon();
  }

  private redrawSoon(): void {
    this.pending ??= this.clock.schedule(REDRAW_MS, () => void this.redraw());
  }

  private async redraw(): Promise<void> {
    this.pending?.dispose();
    this.pending = undefined;
    if (this.registry.controllers.length > 0)
      this.nodesOf ??= (await import('./controllerNodes')).controllerNodes;
    const { controllers, selected } = this.registry;
    const nodes = this.nodesOf?.(
      controllers,
      selected,
      (each) => this.relations.of(each),
      (each) => this.crashes.placeOf(each),
      ({ address }) => this.emulated.statusOf(address),
      ({ address }, fault) => this.faults.placeOf(fault, () => this.emulated.runAt(address)?.buildId),
    );
    if (!nodes) return;
    const redraw = this.store.update(nodes);
    if (redraw === 'all') this.changes.fire(undefined);
    else if (redraw.length > 0) this.changes.fire([...redraw]);
    const faulty = controllers.filter((controller) => controller.activeFault).length;
    this.view.badge = faulty === 0 ? undefined : { value: faulty, tooltip: `${faulty} with an active fault` };
  }
}

function treeItem({ node, children }: Row): vscode.TreeItem {
  const State = vscode.TreeItemCollapsibleState;
  const state = children.length === 0 ? State.None : node.expanded ? State.Expanded : State.Collapsed;
  const item = new vscode.TreeItem(node.label, state);
  item.id = node.id;
  item.description = node.description;
  item.contextValue = node.context;
  if (node.icon.id !== 'blank') {
    const { id, color } = node.icon;
    item.iconPath = new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color));
  }
  item.tooltip = node.tooltip.length === 0 ? '' : tooltip(node.tooltip);
  const words = [node.label, node.description].filter((part) => part !== '');
  item.accessibilityInformation = {
    // Values stand before their names, where they line up; they are read out after them.
    label: (node.context === 'value' ? words.reverse() : words).join(': '),
  };
  if (node.context === 'fault' || node.context === 'pastFault') {
    const { controller, fault } = node;
    item.command = commandCall('vesc.showFaults', 'Show faults', { controller, ...(fault ? { fault } : {}) });
  }
  if (node.context === 'crash') {
    item.command = commandCall('vesc.showCrash', 'Show crash', { controller: node.controller });
  }
  if (node.place) {
    const { file, line } = node.place;
    const selection = new vscode.Range(line - 1, 0, line - 1, 0);
    item.command = {
      command: 'vscode.open',
      title: 'Go to the line',
      arguments: [vscode.Uri.file(file), { selection }],
    };
  }
  return item;
}

/** Lines of plain text; nothing in them is taken for Markdown. */
export function tooltip(lines: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  lines.forEach((line, index) => {
    if (index > 0) text.appendMarkdown('  \n');
    text.appendText(line);
  });
  return text;
}
