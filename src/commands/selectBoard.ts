import * as vscode from 'vscode';
import { type Board, selectBoard as findBoard } from '../build/boards';
import { boardGroups, type BoardRow } from '../views/boardChoice';
import type { Shell } from './shell';

type BoardPick = vscode.QuickPickItem & Partial<Pick<BoardRow, 'board'>>;

/**
 * Chooses the board to build: the one called `name`, else the one the user picks.
 * @throws VescError `no-firmware-tree`, `unknown-board`, `tree-too-old`
 */
export async function selectBoard(shell: Shell, name?: string): Promise<Board | undefined> {
  const { workspace } = shell;
  const tree = await workspace.requireTree();
  const boards = await workspace.boards();
  const board = name === undefined ? await pickBoard(shell, boards, tree.name) : findBoard(boards, name);
  if (!board) return undefined;
  await workspace.selectBoard(board);
  const { selected } = shell.core.registry;
  if (selected) await shell.core.registry.rememberBoard(selected, board.name);
  shell.log.info(`board ${board.name}`);
  return board;
}

async function pickBoard(shell: Shell, boards: readonly Board[], tree: string): Promise<Board | undefined> {
  const { registry } = shell.core;
  const connected = registry.controllers.flatMap((controller) => [controller, ...(controller.nodes ?? [])]);
  const hardware = connected.flatMap(({ identity }) => (identity ? [identity.hardware] : []));
  const rows: BoardPick[] = boardGroups(boards, hardware, shell.workspace.knownBoard?.name).flatMap(
    ({ heading, rows }) => [{ label: heading, kind: vscode.QuickPickItemKind.Separator }, ...rows],
  );
  const pick = await vscode.window.showQuickPick(rows, {
    title: `VESC: Select board (${boards.length} in ${tree})`,
    placeHolder: 'Type a part of the board, its hardware name or its vendor',
    matchOnDescription: true,
  });
  return pick?.board;
}
