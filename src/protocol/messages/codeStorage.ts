import { fromLatin1 } from '../bytes';
import { CommandId } from '../commandId';
import { f32a } from '../fields';
import type { Request } from '../request';
import { contents, contentsOf, message, succeeded } from './message';
import type { WriteReply } from './update';

/** The LispBM and QML code that a controller keeps in its flash (facts 2.8). */

/** The most a controller sends at once. */
export const MAX_CODE_CHUNK = 502;

/** A piece of stored code, counted from behind its flash header. */
export interface CodeChunk {
  /** Length of the whole; 0 when nothing is stored. */
  readonly total: number;
  readonly offset: number;
  readonly data: Uint8Array;
}

function readCode(id: CommandId, length: number, offset: number): Request<CodeChunk> {
  return {
    payload: message(id).i32(length).i32(offset).finish(),
    replyId: id,
    decode(reply) {
      const reader = contents(reply);
      const chunk = { total: reader.i32(), offset: reader.i32(), data: reader.take() };
      // Empty storage answers with zeros whatever the offset was.
      return chunk.offset === offset || chunk.total === 0 ? chunk : undefined;
    },
  };
}

function writeCode(id: CommandId, offset: number, data: Uint8Array): Request<WriteReply> {
  return {
    payload: message(id).u32(offset).bytes(data).finish(),
    replyId: id,
    decode(reply) {
      const reader = contents(reply);
      const ok = reader.u8() !== 0;
      return reader.u32() === offset ? { ok, offset } : undefined;
    },
  };
}

/** Reads stored LispBM code (6.00 or newer); out of range there is no answer. */
export function lispReadCode(length: number, offset: number): Request<CodeChunk> {
  return readCode(CommandId.LISP_READ_CODE, length, offset);
}

/** Reads the user's QML page; 5.03 is silent when there is none. */
export function qmlReadCode(length: number, offset: number): Request<CodeChunk> {
  return readCode(CommandId.GET_QML_UI_APP, length, offset);
}

/** Reads the QML page of the hardware; silent when none is compiled in. */
export function qmlReadHardwareCode(length: number, offset: number): Request<CodeChunk> {
  return readCode(CommandId.GET_QML_UI_HW, length, offset);
}

/** Stops LispBM and erases its code; on an Express module -2 as size leaves it running. Takes up to 8 s. */
export function lispEraseCode(size_B: number): Request<boolean> {
  return succeeded(CommandId.LISP_ERASE_CODE, message(CommandId.LISP_ERASE_CODE).i32(size_B).finish());
}

/** Erases the user's QML page. Takes up to 6 s. */
export function qmlErase(size_B: number): Request<boolean> {
  return succeeded(CommandId.QMLUI_ERASE, message(CommandId.QMLUI_ERASE).i32(size_B).finish());
}

/** Writes LispBM code; the flash header is part of what is written. */
export function lispWriteCode(offset: number, data: Uint8Array): Request<WriteReply> {
  return writeCode(CommandId.LISP_WRITE_CODE, offset, data);
}

/** Writes the user's QML page; the flash header is part of what is written. */
export function qmlWrite(offset: number, data: Uint8Array): Request<WriteReply> {
  return writeCode(CommandId.QMLUI_WRITE, offset, data);
}

/** Pauses LispBM, or restarts it with the stored code. */
export function lispSetRunning(run: boolean): Request<boolean> {
  return succeeded(
    CommandId.LISP_SET_RUNNING,
    message(CommandId.LISP_SET_RUNNING)
      .u8(run ? 1 : 0)
      .finish(),
  );
}

/** How LispBM does, and its variables. */
export interface LispStats {
  readonly cpu_percent: number;
  readonly heap_percent: number;
  readonly memory_percent: number;
  /** 0 since 6.02. */
  readonly stack_percent: number;
  /** Empty since 6.02. */
  readonly result: string;
  readonly variables: readonly { readonly name: string; readonly value: number }[];
}

/**
 * Reads the state of LispBM; no answer when it does not run, and a paused one runs again. The list of variables
 * ends where the answer is full. `all` (6.05 or newer) brings more than the names that start with "vt".
 */
export function lispGetStats(all: boolean): Request<LispStats> {
  return {
    payload: message(CommandId.LISP_GET_STATS)
      .u8(all ? 1 : 0)
      .finish(),
    replyId: CommandId.LISP_GET_STATS,
    decode(reply) {
      const reader = contents(reply);
      const stats = {
        cpu_percent: reader.f16(1e2),
        heap_percent: reader.f16(1e2),
        memory_percent: reader.f16(1e2),
        stack_percent: reader.f16(1e2),
        result: reader.string(),
      };
      const variables: { name: string; value: number }[] = [];
      while (reader.remaining > 0) variables.push({ name: reader.string(), value: f32a.read(reader) });
      return { ...stats, variables };
    },
  };
}

/** Evaluates an expression; the outcome arrives as {@link decodeLispPrint}. One every 500 ms, no more. */
export function lispReplCommand(text: string): Uint8Array {
  return message(CommandId.LISP_REPL_CMD).bytes(new TextEncoder().encode(text)).u8(0).finish();
}

/** The text that LispBM printed; `undefined` for any other payload. Sources are UTF-8, so what they print is, too. */
export function decodeLispPrint(payload: Uint8Array): string | undefined {
  const text = contentsOf(CommandId.LISP_PRINT, payload)?.string();
  if (text === undefined) return undefined;
  const decoded = new TextDecoder().decode(fromLatin1(text));
  // What is no UTF-8 is shown as the firmware's other prints are.
  return decoded.includes(NO_UTF8) ? text : decoded;
}

const NO_UTF8 = '\ufffd';

/** The payload of a LispBM print. */
export function encodeLispPrint(text: string): Uint8Array {
  return message(CommandId.LISP_PRINT).bytes(fromLatin1(text)).finish();
}

/**
 * Asks LispBM's `:info` for the CRC of the running application (6.06 and later, facts 3.8). It comes as one print
 * among others. LispBM is started by this if it stands still, and may erase flash sector 8, where its image lies.
 */
export function lispImageVersion(): Request<number> {
  return {
    payload: lispReplCommand(':info'),
    replyId: CommandId.LISP_PRINT,
    decode(payload) {
      const digits = /ImageVer\s*:\s*([0-9A-F]{8})/i.exec(decodeLispPrint(payload) ?? '')?.[1];
      return digits === undefined ? undefined : Number.parseInt(digits, 16);
    },
  };
}

/** What to do with running code when new code is streamed. */
export const LispStreamMode = { keep: 0, restartEmpty: 1, restartWithCode: 2 } as const;
export type LispStreamMode = (typeof LispStreamMode)[keyof typeof LispStreamMode];

/** The outcome of a piece of streamed code: 0 is well, below are the firmware's own error numbers. */
export interface LispStreamReply {
  readonly offset: number;
  readonly result: number;
}

/** Why streamed code was refused (facts 2.8). */
export const lispStreamResults: Readonly<Record<number, string>> = {
  0: 'ok',
  [-1]: 'LispBM is not running',
  [-2]: 'the reader is busy',
  [-3]: 'LispBM could not be paused',
  [-4]: 'LispBM could not be started',
  [-5]: 'timeout',
  [-6]: 'the stream is closed',
  [-15]: 'the code could not be read',
};

/** Runs a piece of code without storing it. */
export function lispStreamCode(piece: {
  readonly offset: number;
  readonly total: number;
  readonly mode: LispStreamMode;
  readonly data: Uint8Array;
}): Request<LispStreamReply> {
  return {
    payload: message(CommandId.LISP_STREAM_CODE)
      .i32(piece.offset)
      .i32(piece.total)
      .i8(piece.mode)
      .bytes(piece.data)
      .finish(),
    replyId: CommandId.LISP_STREAM_CODE,
    decode(reply) {
      // Error answers carry two meaningless bytes behind this.
      const reader = contents(reply);
      const answer = { offset: reader.i32(), result: reader.i16() };
      return answer.offset === piece.offset ? answer : undefined;
    },
  };
}

/** Sends a flattened LispBM value to the slot of a waiting process (6.05 or newer). */
export function lispRemoteMessage(slot: number, flatValue: Uint8Array): Uint8Array {
  return message(CommandId.LISP_RMSG).u8(slot).bytes(flatValue).finish();
}
