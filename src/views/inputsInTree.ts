import type { Board } from '../build/boards';
import { readBoardInputs } from '../build/boardInputs';
import type { BuildHost } from '../build/host';
import type { BoardInputs } from '../emulator/boardInputs';
import type { FirmwareWorkspace } from './firmwareWorkspace';

/**
 * What is connected to the inputs of a board, as the header of that hardware name in the firmware tree of this window
 * has it: of the chosen board, else of the first. Undefined when there is no such header.
 */
export async function inputsInTree(
  workspace: Pick<FirmwareWorkspace, 'knownTree' | 'knownBoard' | 'boards' | 'boardsAnew'>,
  { files }: Pick<BuildHost, 'files'>,
  hardware: string,
): Promise<BoardInputs | undefined> {
  const { knownTree: tree, knownBoard } = workspace;
  if (!tree) return undefined;
  // A tree of the old layout has no list of boards.
  const listed = (boards: Promise<Board[]>): Promise<Board[]> => boards.catch(() => []);
  const isIt = ({ hardwareName }: Board): boolean => hardwareName === hardware;
  const known = [...(knownBoard ? [knownBoard] : []), ...(await listed(workspace.boards()))];
  const board = known.find(isIt) ?? (await listed(workspace.boardsAnew())).find(isIt);
  const inputs = board && (await readBoardInputs(board.header, files, tree.root));
  return inputs && Object.keys(inputs).length > 0 ? inputs : undefined;
}
