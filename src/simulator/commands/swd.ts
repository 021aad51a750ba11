import { CommandId } from '../../protocol/commandId';
import { message } from '../../protocol/messages/message';
import type { Handler } from '../firmware';

/** The built-in programmer with nothing wired to it (facts 2.9). */
const NOT_CONNECTED = -1;

function result(id: CommandId, value: number): Handler {
  return ({ reply }) => reply(message(id).i16(value).finish());
}

export const swdCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.BM_MAP_PINS_DEFAULT]: result(CommandId.BM_MAP_PINS_DEFAULT, 1),
  [CommandId.BM_MAP_PINS_NRF5X]: result(CommandId.BM_MAP_PINS_NRF5X, 0),
  // The scan reports its attempts with an empty line each.
  [CommandId.BM_CONNECT]: ({ firmware, reply }) => {
    for (let line = 0; line < 4; line++) firmware.printLine('\n');
    reply(message(CommandId.BM_CONNECT).i16(NOT_CONNECTED).finish());
  },
  [CommandId.BM_ERASE_FLASH_ALL]: result(CommandId.BM_ERASE_FLASH_ALL, NOT_CONNECTED),
  [CommandId.BM_WRITE_FLASH]: result(CommandId.BM_WRITE_FLASH, NOT_CONNECTED),
  [CommandId.BM_WRITE_FLASH_LZO]: result(CommandId.BM_WRITE_FLASH_LZO, NOT_CONNECTED),
  [CommandId.BM_MEM_READ]: result(CommandId.BM_MEM_READ, NOT_CONNECTED),
  [CommandId.BM_MEM_WRITE]: result(CommandId.BM_MEM_WRITE, NOT_CONNECTED),
  [CommandId.BM_REBOOT]: result(CommandId.BM_REBOOT, NOT_CONNECTED),
  [CommandId.BM_DISCONNECT]: ({ reply }) => reply(message(CommandId.BM_DISCONNECT).finish()),
};
