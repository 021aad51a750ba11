import { CommandId } from '../../protocol/commandId';
import { CAN_BAUD_RATES_KBIT } from '../../protocol/messages/can';
import { message } from '../../protocol/messages/message';
import type { Call, Handler } from '../firmware';

/** Every id is asked for 10 ms; with nobody to acknowledge, sending itself takes long (facts 14). */
const PING_MS = 2600;
const PING_DEAD_BUS_MS = 4200;
const BAUD_BROADCAST_MS = 500;

/**
 * The wrapped payload goes to its node; its answer comes back unwrapped, to whoever forwarded last. The thread that
 * reads the port puts the frames on the bus itself: what comes behind waits in the ring.
 */
function forward({ firmware, payload, channel, overCan, reader }: Call): void | Promise<void> {
  const { board, canIds } = firmware;
  const to = reader.u8();
  const inner = payload.subarray(2);
  if (inner.length === 0) return;
  if (to === canIds[1]) return firmware.execute({ bytes: inner, length: inner.length }, channel, 1, overCan);
  firmware.forwardedFor = channel;
  return board.bus.send(board.node, canIds[0]!, to, inner, 'request');
}

async function ping({ firmware, reply }: Call): Promise<void> {
  const { board } = firmware;
  const answers = (): number[] => board.bus.others(board.node).flatMap((node) => node.canIds());
  await board.wait(answers().length > 0 ? PING_MS : PING_DEAD_BUS_MS);
  const ids = [...answers(), ...firmware.canIds.slice(1)].sort((a, b) => a - b);
  reply(message(CommandId.PING_CAN).bytes(Uint8Array.from(ids)).finish());
}

async function updateBaud({ firmware, reader, reply }: Call): Promise<void> {
  const ok = CAN_BAUD_RATES_KBIT.includes(reader.i16());
  if (ok) await firmware.board.wait(BAUD_BROADCAST_MS);
  reply(
    message(CommandId.CAN_UPDATE_BAUD_ALL)
      .u8(ok ? 1 : 0)
      .finish(),
  );
}

export const canCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.FORWARD_CAN]: forward,
  [CommandId.PING_CAN]: ping,
  [CommandId.CAN_UPDATE_BAUD_ALL]: updateBaud,
  [CommandId.SET_CAN_MODE]: ({ reader, reply }) => {
    reader.u8();
    if (reader.u8() === 1) reply(message(CommandId.SET_CAN_MODE).finish());
  },
};
