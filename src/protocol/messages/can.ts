import { CommandId } from '../commandId';
import { bool, f32a, FieldTable, i16 } from '../fields';
import type { Request } from '../request';
import { contents, contentsOf, message, succeeded, acknowledged } from './message';

/** What fits into a forwarded command: 512 less the wrapping (facts 2.5). */
export const MAX_FORWARDED_PAYLOAD = 510;
/** The node id that every node obeys. */
export const BROADCAST_ID = 255;

/**
 * The CAN id of the second motor of a dual-motor board whose first has `canId`: the next one, and 0 after 254 (bldc
 * `utils_second_motor_id`, the same from 5.03 to 7.01).
 */
export function secondMotorCanId(canId: number): number {
  return (canId + 1) % BROADCAST_ID;
}

/**
 * `inner` for the node `canId`. The node's answer arrives as if the local controller had given it. Never wrap for
 * the local controller's own id: that goes out on the bus and is lost.
 * @throws RangeError when `canId` is no id or `inner` is empty or longer than 510 bytes
 */
export function forwardCan(canId: number, inner: Uint8Array): Uint8Array {
  if (!Number.isInteger(canId) || canId < 0 || canId > BROADCAST_ID) {
    throw new RangeError(`${canId} is not the id of a CAN node`);
  }
  if (inner.length < 1 || inner.length > MAX_FORWARDED_PAYLOAD) {
    throw new RangeError(`${inner.length} bytes cannot be forwarded`);
  }
  return message(CommandId.FORWARD_CAN).u8(canId).bytes(inner).finish();
}

/**
 * Asks for the ids on the bus, ascending, the local controller's own not among them (a second motor's is). Takes
 * 2.5 s and more, and blocks other blocking commands meanwhile.
 */
export function pingCan(): Request<number[]> {
  return {
    payload: message(CommandId.PING_CAN).finish(),
    replyId: CommandId.PING_CAN,
    decode: (reply) => [...contents(reply).take()].filter((canId) => canId !== BROADCAST_ID),
  };
}

/** A frame on the CAN bus. */
export interface CanFrame {
  readonly id: number;
  readonly extended: boolean;
  /** Up to eight bytes. */
  readonly data: Uint8Array;
}

/** Sends a bare frame on the bus; the same layout comes back while CAN forwarding is on. */
export function canFwdFrame({ id, extended, data }: CanFrame): Uint8Array {
  return message(CommandId.CAN_FWD_FRAME)
    .u32(id)
    .u8(extended ? 1 : 0)
    .bytes(data)
    .finish();
}

/** The bus frame that the controller passed on; `undefined` for any other payload. */
export function decodeCanFwdFrame(payload: Uint8Array): CanFrame | undefined {
  const reader = contentsOf(CommandId.CAN_FWD_FRAME, payload);
  return reader && { id: reader.u32(), extended: reader.u8() !== 0, data: reader.take() };
}

/** Bit rates that {@link canUpdateBaudAll} accepts, kbit/s. */
export const CAN_BAUD_RATES_KBIT: readonly number[] = [10, 20, 50, 75, 100, 125, 250, 500, 1000];

/** Changes and stores the bit rate of every node after `delay_ms` (6.06 or newer); false for an unknown rate. */
export function canUpdateBaudAll(rate_kbit: number, delay_ms: number): Request<boolean> {
  return succeeded(
    CommandId.CAN_UPDATE_BAUD_ALL,
    message(CommandId.CAN_UPDATE_BAUD_ALL).i16(rate_kbit).i16(delay_ms).finish(),
  );
}

/** What the CAN port is used for: 0 VESC, 1 UAVCAN, 2 bridge of bare frames, 3 unused. */
export function setCanMode(mode: number, { store }: { readonly store: boolean }): Request<true> {
  const payload = message(CommandId.SET_CAN_MODE)
    .u8(store ? 1 : 0)
    .u8(1)
    .u8(mode);
  return acknowledged(CommandId.SET_CAN_MODE, payload.finish());
}

/** State of a power switch on the bus. */
export interface PowerSwitchStatus {
  readonly id: number;
  /** Number of power switches that are known. */
  readonly count: number;
  /** Seconds since it was heard last. */
  readonly age_s: number;
  readonly inputVoltage_V: number;
  readonly outputVoltage_V: number;
  readonly temperature_C: number;
  readonly outputOn: boolean;
  readonly precharging: boolean;
  readonly discharging: boolean;
}
const powerSwitchFields = new FieldTable<PowerSwitchStatus>([
  ['id', i16],
  ['count', i16],
  ['age_s', f32a],
  ['inputVoltage_V', f32a],
  ['outputVoltage_V', f32a],
  ['temperature_C', f32a],
  ['outputOn', bool],
  ['precharging', bool],
  ['discharging', bool],
]);

/** Asks for a power switch by its id or by its place in the list; no answer when there is none. */
export function pswGetStatus(
  which: { readonly id: number } | { readonly index: number },
): Request<PowerSwitchStatus> {
  const byId = 'id' in which;
  return {
    payload: message(CommandId.PSW_GET_STATUS)
      .u8(byId ? 1 : 0)
      .i16(byId ? which.id : which.index)
      .finish(),
    replyId: CommandId.PSW_GET_STATUS,
    decode(reply) {
      const status = powerSwitchFields.read(contents(reply));
      return byId && status.id !== which.id ? undefined : status;
    },
  };
}

/** Switches a power switch; `plot` makes it stream its voltages. */
export function pswSwitch(id: number, on: boolean, plot: boolean): Uint8Array {
  return message(CommandId.PSW_SWITCH)
    .i16(id)
    .u8(on ? 1 : 0)
    .u8(plot ? 1 : 0)
    .finish();
}

/** What an input/output board on the bus reported last; parts it never sent are absent. */
export interface IoBoard {
  readonly id: number;
  readonly adc1To4?: IoBoardAdc;
  readonly adc5To8?: IoBoardAdc;
  readonly inputs?: { readonly age_s: number; readonly states: readonly boolean[] };
}
export interface IoBoardAdc {
  readonly age_s: number;
  readonly voltages_V: readonly number[];
}

/** Asks for all inputs of an input/output board; no answer when it was never heard. */
export function ioBoardGetAll(id: number): Request<IoBoard> {
  return {
    payload: message(CommandId.IO_BOARD_GET_ALL).i16(id).finish(),
    replyId: CommandId.IO_BOARD_GET_ALL,
    decode(reply) {
      const reader = contents(reply);
      if (reader.i16() !== id) return undefined;
      const adc = (): IoBoardAdc => ({
        age_s: reader.f32a(),
        voltages_V: Array.from({ length: 4 }, () => reader.f16(1e2)),
      });
      let board: IoBoard = { id };
      while (reader.remaining > 0) {
        const block = reader.u8();
        if (block === 1) board = { ...board, adc1To4: adc() };
        else if (block === 2) board = { ...board, adc5To8: adc() };
        else if (block === 3) {
          const age_s = reader.f32a();
          const bits = BigInt.asUintN(64, reader.i64());
          const states = Array.from({ length: 64 }, (_, input) => ((bits >> BigInt(input)) & 1n) === 1n);
          board = { ...board, inputs: { age_s, states } };
        } else break; // A block of unknown length: what stands behind it cannot be found.
      }
      return board;
    },
  };
}

/** Sets a pulse-width output of an input/output board, `duty` 0 to 1. */
export function ioBoardSetPwm(id: number, channel: number, duty: number): Uint8Array {
  return message(CommandId.IO_BOARD_SET_PWM).i16(id).i16(channel).f32a(duty).finish();
}

/** Switches an output of an input/output board. */
export function ioBoardSetDigital(id: number, channel: number, on: boolean): Uint8Array {
  return message(CommandId.IO_BOARD_SET_DIGITAL)
    .i16(id)
    .i16(channel)
    .u8(on ? 1 : 0)
    .finish();
}
