import { CommandId } from '../../protocol/commandId';
import { encodeLispPrint, MAX_CODE_CHUNK } from '../../protocol/messages/codeStorage';
import { message } from '../../protocol/messages/message';
import { latin1 } from '../../protocol/bytes';
import { atLeast } from '../../protocol/version';
import { SECTORS } from '../../image/flashMap';
import type { CodeKind } from '../codeStore';
import type { Call, Handler } from '../firmware';

const LISP_IMAGE_SECTOR = SECTORS[8]!;
const CODE_OK = 0;
const NOT_RUNNING = -1;

/** Out of range nothing answers; an empty store answers zeros, but 5.03 not even that (facts 2.8). */
function read(id: CommandId, kind: CodeKind): Handler {
  return ({ firmware, reader, reply }) => {
    const length = reader.i32();
    const offset = reader.i32();
    const store = firmware.code[kind];
    if (store.length === 0) {
      if (atLeast(firmware.version, 6, 0)) reply(message(id).i32(0).i32(0).finish());
      return;
    }
    const data = length > MAX_CODE_CHUNK ? undefined : store.read(offset, length);
    if (data) reply(message(id).i32(store.length).i32(offset).bytes(data).finish());
  };
}

function write(id: CommandId, kind: CodeKind): Handler {
  return async ({ firmware, payload, reader, reply }) => {
    const offset = reader.u32();
    const result = firmware.code[kind].write(offset, payload.subarray(5));
    await firmware.board.stall(result.duration_ms);
    reply(
      message(id)
        .u8(result.ok ? 1 : 0)
        .u32(offset)
        .finish(),
    );
  };
}

function erase(id: CommandId, kind: CodeKind): Handler {
  return async ({ firmware, reply }) => {
    const { board } = firmware;
    firmware.motors.forEach((motor) => motor.release());
    if (kind === 'lisp') firmware.lisp.stop();
    const result = firmware.code[kind].erase();
    await board.stall(result.duration_ms);
    const { address, size_B, index } = LISP_IMAGE_SECTOR;
    if (kind === 'lisp' && atLeast(firmware.version, 6, 6) && !board.flash.isErased(address, size_B)) {
      await board.stall(board.flash.erase(index).duration_ms);
    }
    reply(
      message(id)
        .u8(result.ok ? 1 : 0)
        .finish(),
    );
  };
}

async function start({ firmware }: Call, withCode: boolean): Promise<boolean> {
  const duration_ms = firmware.lisp.start(withCode);
  if (duration_ms === undefined) return false;
  await firmware.board.stall(duration_ms);
  if (withCode) for (const line of firmware.lisp.output()) firmware.stream(encodeLispPrint(line));
  return true;
}

async function setRunning(call: Call): Promise<void> {
  const { firmware, reader, reply } = call;
  let ok = true;
  if (reader.u8() === 0) firmware.lisp.pause();
  else ok = await start(call, true);
  reply(
    message(CommandId.LISP_SET_RUNNING)
      .u8(ok ? 1 : 0)
      .finish(),
  );
}

function stats({ firmware, reply }: Call): void {
  const { lisp } = firmware;
  if (!lisp.isStarted) return;
  lisp.resume();
  const writer = message(CommandId.LISP_GET_STATS).f16(1.5, 1e2).f16(10.35, 1e2).f16(4.85, 1e2);
  if (atLeast(firmware.version, 6, 2)) writer.f16(0, 1e2).string('');
  else writer.f16(12.5, 1e2).string('t');
  reply(
    writer
      .string('vt-counter')
      .f32a(Math.trunc(firmware.uptime_ms / 1000))
      .finish(),
  );
}

/** Starts LispBM if it does not run; what it says comes as prints, line by line. */
async function evaluate(call: Call): Promise<void> {
  const { firmware, payload } = call;
  const { lisp } = firmware;
  if (!lisp.isStarted) await start(call, false);
  const text = latin1(payload.subarray(1)).split('\0')[0]!;
  for (const line of lisp.evaluate(text) ?? []) firmware.stream(encodeLispPrint(line));
}

async function stream(call: Call): Promise<void> {
  const { firmware, reader, reply } = call;
  const offset = reader.i32();
  reader.i32();
  const mode = reader.i8();
  if (mode !== 0 && offset === 0) await start(call, mode === 2);
  const result = firmware.lisp.isStarted ? CODE_OK : NOT_RUNNING;
  reply(message(CommandId.LISP_STREAM_CODE).i32(offset).i16(result).finish());
}

export const codeStorageCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.LISP_READ_CODE]: read(CommandId.LISP_READ_CODE, 'lisp'),
  [CommandId.GET_QML_UI_APP]: read(CommandId.GET_QML_UI_APP, 'qml'),
  [CommandId.LISP_WRITE_CODE]: write(CommandId.LISP_WRITE_CODE, 'lisp'),
  [CommandId.QMLUI_WRITE]: write(CommandId.QMLUI_WRITE, 'qml'),
  [CommandId.LISP_ERASE_CODE]: erase(CommandId.LISP_ERASE_CODE, 'lisp'),
  [CommandId.QMLUI_ERASE]: erase(CommandId.QMLUI_ERASE, 'qml'),
  [CommandId.LISP_SET_RUNNING]: setRunning,
  [CommandId.LISP_GET_STATS]: stats,
  [CommandId.LISP_REPL_CMD]: evaluate,
  [CommandId.LISP_STREAM_CODE]: stream,
};
