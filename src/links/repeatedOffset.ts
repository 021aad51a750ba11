import { CommandId } from '../protocol/commandId';

/** Where a request carries the 4-byte offset that its reply repeats (facts 2.8, 3.4). */
const OFFSET_AT: Readonly<Partial<Record<number, number>>> = {
  [CommandId.WRITE_NEW_APP_DATA]: 1,
  [CommandId.WRITE_NEW_APP_DATA_LZO]: 1,
  [CommandId.LISP_WRITE_CODE]: 1,
  [CommandId.LISP_STREAM_CODE]: 1,
  [CommandId.QMLUI_WRITE]: 1,
  [CommandId.LISP_READ_CODE]: 5,
  [CommandId.GET_QML_UI_APP]: 5,
  [CommandId.GET_QML_UI_HW]: 5,
};

/** The offset by which the answer to `payload` is known; undefined when only its id is. */
export function repeatedOffset(payload: Uint8Array): number | undefined {
  const at = OFFSET_AT[payload[0]!];
  if (at === undefined || payload.length < at + 4) return undefined;
  return new DataView(payload.buffer, payload.byteOffset).getUint32(at);
}
