import { CommandId } from '../protocol/commandId';

/**
 * Commands the firmware runs in its one worker thread; while one runs, a second is discarded without a word
 * (facts 1.4, 2.1 "B").
 */
const BLOCKING: ReadonlySet<number> = new Set([
  CommandId.TERMINAL_CMD,
  CommandId.DETECT_MOTOR_PARAM,
  CommandId.DETECT_MOTOR_R_L,
  CommandId.DETECT_MOTOR_FLUX_LINKAGE,
  CommandId.DETECT_ENCODER,
  CommandId.DETECT_HALL_FOC,
  CommandId.DETECT_MOTOR_FLUX_LINKAGE_OPENLOOP,
  CommandId.DETECT_APPLY_ALL_FOC,
  CommandId.PING_CAN,
  CommandId.BM_CONNECT,
  CommandId.BM_ERASE_FLASH_ALL,
  CommandId.BM_WRITE_FLASH,
  CommandId.BM_REBOOT,
  CommandId.BM_DISCONNECT,
  CommandId.BM_MAP_PINS_DEFAULT,
  CommandId.BM_MAP_PINS_NRF5X,
  CommandId.BM_MEM_READ,
  CommandId.BM_WRITE_FLASH_LZO,
  CommandId.BM_MEM_WRITE,
  CommandId.GET_IMU_CALIBRATION,
  CommandId.CAN_UPDATE_BAUD_ALL,
]);

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

/** True when the controller runs `payload` in its one worker thread. */
export function isBlocking(payload: Uint8Array): boolean {
  return BLOCKING.has(payload[0]!);
}

/** The offset by which the answer to `payload` is known; undefined when only its id is. */
export function repeatedOffset(payload: Uint8Array): number | undefined {
  const at = OFFSET_AT[payload[0]!];
  if (at === undefined || payload.length < at + 4) return undefined;
  return new DataView(payload.buffer, payload.byteOffset).getUint32(at);
}
