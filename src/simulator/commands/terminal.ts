import { latin1 } from '../../protocol/bytes';
import { CommandId } from '../../protocol/commandId';
import type { Handler } from '../firmware';
import { runTerminal } from '../terminal/terminal';

const run: Handler = ({ firmware, payload }) =>
  runTerminal(firmware, latin1(payload.subarray(1)).split('\0')[0]!);

export const terminalCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.TERMINAL_CMD]: run,
  [CommandId.TERMINAL_CMD_SYNC]: run,
};
