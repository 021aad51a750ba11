import { readBoardInputs } from '../build/boardInputs';
import type { BuildHost } from '../build/host';
import type { BoardInputs } from '../emulator/boardInputs';
import type { FirmwareWorkspace } from './firmwareWorkspace';

/**
 * What is connected to the inputs of a board, as the header of that hardware name in the firmware tree of this window
 * has it: of the chosen board, else of the first. Undefined when there is no such header.
 */
export async function inputsInTree(
  workspace: Pick<FirmwareWorkspace, 'knownTree' | 'knownBoard' | 'boards'>,
  { files }: Pick<BuildHost, 'files'>,
  hardware: string,
): Promise<BoardInputs | undefined> {
  const { knownTree: tree, knownBoard } = workspace;
  if (!tree) return undefined;
  // A tree of the old layout has no list of boards.
  const boards = await workspace.boards().catch(() => []);
  const board = [...(knownBoard ? [knownBoard] : []), ...boards].find(
    ({ hardwareName }) => hardwareName === hardware,
  );
  const inputs = board && (await readBoardInputs(board.header, files, tree.root));
  return inputs && Object.keys(inputs).length > 0 ? inputs : undefined;
}
