import { CommandId } from './commandId';

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

/** True when the controller runs the command `id` in its one worker thread. */
export function isBlocking(id: number): boolean {
  return BLOCKING.has(id);
}
