import type { Board } from '../build/boards';
import { sameHardware } from '../update/sameHardware';
import { plain } from './text';

/** A board as a row of the pick. */
export interface BoardRow {
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
  readonly board: Board;
}

export interface BoardGroup {
  readonly heading: string;
  readonly rows: readonly BoardRow[];
}

/**
 * All boards: those that fit the connected controllers first, then by vendor folder.
 * @param hardware the hardware names of the connected controllers
 */
export function boardGroups(
  boards: readonly Board[],
  hardware: readonly string[],
  current: string | undefined,
): BoardGroup[] {
  const fits = (board: Board): boolean =>
    board.hardwareName !== undefined && hardware.some((name) => sameHardware(name, board.hardwareName!));
  const row = (board: Board): BoardRow => ({
    label: `${board.name === current ? '$(check) ' : ''}${plain(board.name)}`,
    description: [
      board.hardwareName === undefined ? '' : `hardware ${plain(board.hardwareName)}`,
      board.custom ? 'custom' : plain(board.vendorFolder),
    ]
      .filter((part) => part !== '')
      .join(' · '),
    ...(board.custom ? { detail: plain(board.header, 200) } : {}),
    board,
  });
  const groups: BoardGroup[] = [
    { heading: 'For the connected controller', rows: boards.filter(fits).map(row) },
    { heading: 'Custom boards', rows: boards.filter((board) => board.custom && !fits(board)).map(row) },
    { heading: 'All boards', rows: boards.filter((board) => !board.custom && !fits(board)).map(row) },
  ];
  return groups.filter((group) => group.rows.length > 0);
}
