import { BOOTLOADER_ADDRESS, SECTORS, STAGING_ADDRESS } from '../../image/flashMap';
import { CommandId } from '../../protocol/commandId';
import { message } from '../../protocol/messages/message';
import { BROADCAST } from '../canBus';
import type { Call, Firmware, Handler } from '../firmware';
import { decompressLzo } from '../lzo';

const STAGING_SECTORS = SECTORS.filter(
  ({ address }) => address >= STAGING_ADDRESS && address < BOOTLOADER_ADDRESS,
);
const BOOTLOADER_SECTOR = SECTORS.length - 1;
/** Between telling the others on CAN and doing it oneself (facts 3.6). */
const BROADCAST_ERASE_MS = 1500;
const BROADCAST_JUMP_MS = 100;
/** After each flash operation of an update, inputs are ignored for so long. */
const IGNORE_INPUT_MS = 100;
const OFFSET_LENGTH = 4;

async function erase(firmware: Firmware, sectors: readonly number[]): Promise<boolean> {
  firmware.lisp.stop();
  firmware.motors.forEach((motor) => motor.release());
  let ok = true;
  for (const index of sectors) {
    const result = firmware.board.flash.erase(index);
    ok &&= result.ok;
    await firmware.board.stall(result.duration_ms);
  }
  return ok;
}

/** Which sectors a size asks for: the sum wraps at 2³², so the largest size erases nothing (facts 14). */
function stagingSectors(size_B: number): number[] {
  const end = (STAGING_ADDRESS + size_B) >>> 0;
  return STAGING_SECTORS.filter(({ address }) => address < end).map(({ index }) => index);
}

async function eraseStaging({ firmware, reader, reply }: Call): Promise<void> {
  const ok = await erase(firmware, stagingSectors(reader.u32()));
  reply(
    message(CommandId.ERASE_NEW_APP)
      .u8(ok ? 1 : 0)
      .finish(),
  );
}

async function eraseBootloader({ firmware, reply }: Call): Promise<void> {
  const ok = await erase(firmware, [BOOTLOADER_SECTOR]);
  reply(
    message(CommandId.ERASE_BOOTLOADER)
      .u8(ok ? 1 : 0)
      .finish(),
  );
}

/** No bounds, no verification: the offset is added to the address of the staging area modulo 2³² (trap 3). */
async function program({ firmware, reply }: Call, offset: number, data: Uint8Array): Promise<void> {
  firmware.motors.forEach((motor) => motor.ignoreInput(IGNORE_INPUT_MS));
  const result = firmware.board.flash.program((STAGING_ADDRESS + offset) >>> 0, data);
  await firmware.board.stall(result.duration_ms);
  reply(
    message(CommandId.WRITE_NEW_APP_DATA)
      .u8(result.ok ? 1 : 0)
      .u32(offset)
      .finish(),
  );
}

function write(call: Call): void | Promise<void> {
  const data = call.payload.subarray(1 + OFFSET_LENGTH);
  if (call.payload.length < 1 + OFFSET_LENGTH) {
    // The length underflows and the copy runs off the end of memory (facts 14).
    call.firmware.board.reset('watchdog');
    return;
  }
  return program(call, call.reader.u32(), data);
}

/** What the decompressor says about the stream is ignored: rubbish is written and acknowledged (facts 3.5). */
function writeLzo(call: Call): Promise<void> {
  const offset = call.reader.u32();
  const length = call.reader.u16();
  const stream = call.payload.subarray(1 + OFFSET_LENGTH + 2);
  return program(call, offset, decompressLzo(stream, length));
}

/** Tells all the others on CAN, silently, then does it here. */
function toAll(id: CommandId, wait_ms: number, handler: Handler): Handler {
  return async (call) => {
    const { board, canIds } = call.firmware;
    const payload = new Uint8Array(call.payload);
    payload[0] = id;
    void board.bus.send(board.node, canIds[0]!, BROADCAST, payload, 'silent');
    if (wait_ms > 0) await board.wait(wait_ms);
    await handler(call);
  };
}

/** A second motor that is addressed over the bus is the same chip: it must not obey twice (trap 9). */
function once(handler: Handler): Handler {
  return (call) => (call.overCan && call.motor === 1 ? undefined : handler(call));
}

const jump: Handler = ({ firmware }) => firmware.board.jumpToBootloader();

export const updateCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.ERASE_NEW_APP]: once(eraseStaging),
  [CommandId.WRITE_NEW_APP_DATA]: once(write),
  [CommandId.WRITE_NEW_APP_DATA_LZO]: once(writeLzo),
  [CommandId.JUMP_TO_BOOTLOADER]: once(jump),
  [CommandId.ERASE_BOOTLOADER]: once(eraseBootloader),
  [CommandId.ERASE_NEW_APP_ALL_CAN]: toAll(CommandId.ERASE_NEW_APP, BROADCAST_ERASE_MS, eraseStaging),
  [CommandId.WRITE_NEW_APP_DATA_ALL_CAN]: toAll(CommandId.WRITE_NEW_APP_DATA, 0, write),
  [CommandId.WRITE_NEW_APP_DATA_ALL_CAN_LZO]: toAll(CommandId.WRITE_NEW_APP_DATA_LZO, 0, writeLzo),
  [CommandId.JUMP_TO_BOOTLOADER_ALL_CAN]: toAll(CommandId.JUMP_TO_BOOTLOADER, BROADCAST_JUMP_MS, jump),
  [CommandId.ERASE_BOOTLOADER_ALL_CAN]: toAll(
    CommandId.ERASE_BOOTLOADER,
    BROADCAST_ERASE_MS,
    eraseBootloader,
  ),
};
