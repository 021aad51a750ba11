import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { VescError } from '../base/errors';
import type { Board } from '../build/boards';
import { type FirmwareTree, findFirmwareTrees } from '../build/firmwareTree';
import { headLog } from '../build/gitState';
import type { BuildHost } from '../build/host';
import type { Memory } from './knownPorts';
import type { Settings } from './settings';

const BOARD_KEY = 'vesc.board';
/** Files whose coming and going makes or ends a tree, or changes its boards. */
const TREE_FILES = '**/{conf_general.h,hw_*.h}';
/** A checkout touches hundreds of files; they are looked at once. */
const SETTLE_MS = 300;

export interface FirmwareWorkspaceDependencies {
  readonly host: BuildHost;
  readonly clock: Clock;
  /** What is remembered of this workspace. */
  readonly memory: Memory;
  readonly settings: () => Settings;
  /** The board last used for the controller that is selected. */
  readonly boardOfController: () => string | undefined;
}

/** The firmware in this window: its tree, its boards, and the board that is worked on. Reads nothing until asked. */
export class FirmwareWorkspace implements vscode.Disposable {
  private readonly changes = new Emitter<void>();
  private readonly commits = new Emitter<void>();
  private readonly owned = new DisposableStore();
  private finding: Promise<FirmwareTree | undefined> | undefined;
  private listing: Promise<Board[]> | undefined;
  private watched: { readonly root: string | undefined; readonly watcher: DisposableStore } | undefined;
  private found: FirmwareTree | undefined;
  private board: Board | undefined;
  private pending: Disposable | undefined;
  private shown: string | undefined;

  /** Fires when the tree, its boards or the chosen board changed. */
  readonly onChange = this.changes.event;
  /** Fires when another commit is checked out. */
  readonly onCommit = this.commits.event;

  constructor(private readonly dependencies: FirmwareWorkspaceDependencies) {
    const workspace = vscode.workspace;
    this.owned.add(workspace.onDidChangeWorkspaceFolders(() => this.forget()));
    this.owned.add(
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('vesc.firmwareFolder') || event.affectsConfiguration('vesc.board'))
          this.forget();
      }),
    );
    this.owned.add(workspace.onDidGrantWorkspaceTrust(() => void this.watchHead(this.found)));
    const watcher = this.owned.add(workspace.createFileSystemWatcher(TREE_FILES, false, true, false));
    this.owned.add(watcher.onDidCreate(() => this.forget()));
    this.owned.add(watcher.onDidDelete(() => this.forget()));
  }

  /** The tree as far as it is known; undefined before {@link tree} was asked for. */
  get knownTree(): FirmwareTree | undefined {
    return this.found;
  }

  /** The chosen board as far as it is known. */
  get knownBoard(): Board | undefined {
    return this.board;
  }

  /** The firmware tree of this window; undefined when there is none. */
  tree(): Promise<FirmwareTree | undefined> {
    this.finding ??= this.find();
    return this.finding;
  }

  /** @throws VescError `no-firmware-tree` */
  async requireTree(): Promise<FirmwareTree> {
    const tree = await this.tree();
    if (!tree)
      throw new VescError('no-firmware-tree', { folder: this.folders().join(', ') || 'this window' });
    return tree;
  }

  /** The boards of the tree. @throws VescError */
  boards(): Promise<Board[]> {
    this.listing ??= this.list();
    return this.listing;
  }

  /** The boards of the tree as they are now: a header may have come that nobody was told of. @throws VescError */
  boardsAnew(): Promise<Board[]> {
    this.listing = this.list();
    return this.listing;
  }

  /** The board that is worked on; undefined when none is chosen or it is no longer there. */
  async chosenBoard(): Promise<Board | undefined> {
    const name = this.chosenName();
    if (name === undefined || !(await this.tree())) return this.choose(undefined);
    const boards = await this.boards();
    const { selectBoard } = await import('../build/boards');
    try {
      return this.choose(selectBoard(boards, name));
    } catch {
      return this.choose(undefined);
    }
  }

  /** Works on `board` from now on. */
  async selectBoard(board: Board): Promise<void> {
    await this.dependencies.memory.update(BOARD_KEY, boardWord(board));
    await this.lookNow();
  }

  /** Looks at what is there, soon, and tells when it is not what was known. */
  look(): void {
    this.pending ??= this.dependencies.clock.schedule(SETTLE_MS, () => {
      this.pending = undefined;
      void this.lookNow();
    });
  }

  dispose(): void {
    this.pending?.dispose();
    this.watched?.watcher.dispose();
    this.owned.dispose();
    this.changes.dispose();
    this.commits.dispose();
  }

  /** What was read of the tree no longer holds. */
  private forget(): void {
    this.finding = undefined;
    this.listing = undefined;
    this.look();
  }

  private async lookNow(): Promise<void> {
    const tree = await this.tree();
    // A tree of the old layout has no boards; commands say so when they are asked for one.
    const board = await this.chosenBoard().catch(() => undefined);
    const shown = `${tree?.root}\n${board?.header}`;
    if (shown === this.shown) return;
    this.shown = shown;
    this.changes.fire();
  }

  private chosenName(): string | undefined {
    const { memory, settings, boardOfController } = this.dependencies;
    const chosen = memory.get(BOARD_KEY);
    if (typeof chosen === 'string') return chosen;
    const { board } = settings();
    return board === '' ? boardOfController() : board;
  }

  private choose(board: Board | undefined): Board | undefined {
    this.board = board;
    return board;
  }

  private folders(): string[] {
    const folders = (vscode.workspace.workspaceFolders ?? [])
      .filter((folder) => folder.uri.scheme === 'file')
      .map((folder) => folder.uri.fsPath);
    const { firmwareFolder } = this.dependencies.settings();
    if (firmwareFolder === '') return folders;
    return [path.resolve(folders[0] ?? '/', firmwareFolder)];
  }

  private async find(): Promise<FirmwareTree | undefined> {
    const [tree] = await findFirmwareTrees(this.folders(), this.dependencies.host);
    this.found = tree;
    void this.watchHead(tree);
    return tree;
  }

  private async watchHead(tree: FirmwareTree | undefined): Promise<void> {
    // Git is for trusted folders; a click on the trust makes everything be looked at again.
    const root = vscode.workspace.isTrusted ? tree?.root : undefined;
    if (this.watched?.root === root) return;
    this.watched?.watcher.dispose();
    const watched = { root, watcher: new DisposableStore() };
    this.watched = watched;
    if (root === undefined) return;
    // A folder without git may get it later.
    const log = (await headLog(root, this.dependencies.host)) ?? path.join(root, '.git', 'logs', 'HEAD');
    if (this.watched !== watched) return;
    const pattern = new vscode.RelativePattern(vscode.Uri.file(path.dirname(log)), path.basename(log));
    const watcher = watched.watcher.add(vscode.workspace.createFileSystemWatcher(pattern));
    watched.watcher.add(watcher.onDidChange(() => this.commits.fire()));
    watched.watcher.add(watcher.onDidCreate(() => this.commits.fire()));
  }

  private async list(): Promise<Board[]> {
    const tree = await this.requireTree();
    const { listBoards } = await import('../build/boards');
    return listBoards(tree, this.dependencies.host, this.folders());
  }
}

/** What `board` is called where one word has to find it again: a custom board may have the name of another one. */
export function boardWord(board: Board): string {
  return board.custom ? board.header : board.name;
}
