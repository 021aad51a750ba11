import { CommandId } from '../../protocol/commandId';
import { message } from '../../protocol/messages/message';
import type { Call, Handler } from '../firmware';
import { decompressLzo } from '../lzo';
import type { SwdPins } from '../swdPins';

/** The built-in programmer, and what it says (facts 2.9). */
const OK = 1;
const NOT_CONNECTED = -1;
const UNKNOWN_TARGET = -2;
const FAILED = -2;
const ERASE_FAILED = -3;
/** No board that is simulated has a radio chip wired to it. */
const NO_RADIO = 0;
const MAX_READ = 509;
const ADDRESS_LENGTH = 4;

function answer(id: CommandId, value: number, data?: Uint8Array): Uint8Array {
  const start = message(id).i16(value);
  return (data === undefined ? start : start.bytes(data)).finish();
}

/** A command that needs a target: `work` tells its result. */
function withTarget(id: CommandId, work: (target: SwdPins, call: Call) => Promise<number>): Handler {
  return async (call) => {
    const target = call.firmware.programmed;
    call.reply(answer(id, target === undefined ? NOT_CONNECTED : await work(target, call)));
  };
}

const resultOf = (ok: boolean, otherwise: number): number => (ok ? OK : otherwise);

const connect: Handler = async ({ firmware, reply }) => {
  const pins = firmware.board.swdWire;
  const target = await pins?.attach();
  firmware.programmed = target !== undefined && target > 0 ? pins : undefined;
  if (target === undefined) {
    // The scan reports its attempts with an empty line each.
    for (let line = 0; line < 4; line++) firmware.printLine('\n');
  } else if (target === UNKNOWN_TARGET) {
    firmware.printLine('No compatible target found. IDCODE: 0x00000000\n');
  }
  reply(answer(CommandId.BM_CONNECT, target ?? NOT_CONNECTED));
};

const disconnect: Handler = async ({ firmware, reply }) => {
  await firmware.programmed?.detach();
  firmware.programmed = undefined;
  reply(message(CommandId.BM_DISCONNECT).finish());
};

const read: Handler = async ({ firmware, reader, reply }) => {
  const address = reader.u32();
  const length = reader.u16();
  const target = firmware.programmed;
  if (target === undefined || length > MAX_READ) {
    reply(answer(CommandId.BM_MEM_READ, target === undefined ? NOT_CONNECTED : FAILED));
    return;
  }
  const data = await target.readMemory(address, length);
  reply(answer(CommandId.BM_MEM_READ, resultOf(data !== undefined, FAILED), data));
};

export const swdCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.BM_MAP_PINS_DEFAULT]: ({ reply }) => reply(answer(CommandId.BM_MAP_PINS_DEFAULT, OK)),
  [CommandId.BM_MAP_PINS_NRF5X]: ({ reply }) => reply(answer(CommandId.BM_MAP_PINS_NRF5X, NO_RADIO)),
  [CommandId.BM_CONNECT]: connect,
  [CommandId.BM_ERASE_FLASH_ALL]: withTarget(CommandId.BM_ERASE_FLASH_ALL, async (target) =>
    resultOf(await target.eraseAll(), ERASE_FAILED),
  ),
  [CommandId.BM_WRITE_FLASH]: withTarget(CommandId.BM_WRITE_FLASH, async (target, { payload, reader }) =>
    resultOf(await target.writeFlash(reader.u32(), payload.subarray(1 + ADDRESS_LENGTH)), FAILED),
  ),
  [CommandId.BM_WRITE_FLASH_LZO]: withTarget(
    CommandId.BM_WRITE_FLASH_LZO,
    async (target, { payload, reader }) => {
      const address = reader.u32();
      const length = reader.u16();
      const data = decompressLzo(payload.subarray(1 + ADDRESS_LENGTH + 2), length);
      return resultOf(await target.writeFlash(address, data), FAILED);
    },
  ),
  [CommandId.BM_MEM_READ]: read,
  [CommandId.BM_MEM_WRITE]: withTarget(CommandId.BM_MEM_WRITE, async (target, { payload, reader }) =>
    resultOf(await target.writeMemory(reader.u32(), payload.subarray(1 + ADDRESS_LENGTH)), FAILED),
  ),
  [CommandId.BM_REBOOT]: withTarget(CommandId.BM_REBOOT, async (target) =>
    resultOf(await target.reset(), FAILED),
  ),
  [CommandId.BM_DISCONNECT]: disconnect,
};
