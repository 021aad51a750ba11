import { CommandId } from '../../protocol/commandId';
import type { ConfigurationKind } from '../../protocol/messages/configuration';
import { message } from '../../protocol/messages/message';
import {
  encodeBatteryCut,
  encodeMcconfTemp,
  type McconfTempLimits,
  mcconfTempFields,
} from '../../protocol/messages/telemetry';
import type { Call, Handler } from '../firmware';

/** From the request to the answer, the motor being stopped and the blob stored in between (facts 2.6). */
const STORE_MS = 200;

function get(id: CommandId, kind: ConfigurationKind): Handler {
  return ({ firmware, motor, reply }) =>
    reply(message(id).bytes(firmware.settings.get(kind, motor)).finish());
}

function getDefault(id: CommandId, kind: ConfigurationKind): Handler {
  return ({ firmware, reply }) => reply(message(id).bytes(firmware.settings.getDefault(kind)).finish());
}

/** The blob as long as this firmware wants it, whatever was sent: nothing checks its length. */
function readBlob({ firmware, reader }: Call, kind: ConfigurationKind): Uint8Array {
  const blob = new Uint8Array(firmware.settings.size(kind));
  blob.set(reader.take(Math.min(blob.length, reader.remaining)));
  return blob;
}

function set(id: CommandId, kind: ConfigurationKind, store: boolean): Handler {
  return async (call) => {
    const { firmware, motor, reply } = call;
    const blob = readBlob(call, kind);
    if (!firmware.settings.accepts(kind, blob)) {
      firmware.printLine(`Warning: Could not set ${kind} due to wrong signature`);
      return;
    }
    firmware.motor(motor).release();
    const duration_ms = firmware.settings.set(kind, motor, blob, store);
    firmware.rememberCanId();
    if (store) {
      await firmware.board.stall(duration_ms);
      await firmware.board.wait(STORE_MS);
    }
    reply(message(id).finish());
  };
}

/** `[store][forward][ack][divide]` and the limits, the input currents being optional. */
function setLimits(id: CommandId): Handler {
  return ({ firmware, payload, reader, reply }) => {
    const [, , acknowledge] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
    const all = mcconfTempFields.mask([
      'currentMinScale',
      'currentMaxScale',
      'minErpm',
      'maxErpm',
      'minDuty',
      'maxDuty',
      'minPower_W',
      'maxPower_W',
    ]);
    const inputs = mcconfTempFields.mask(['minInputCurrent_A', 'maxInputCurrent_A']);
    const withInputs = payload.length >= 1 + 4 + 10 * 4;
    const limits: Partial<McconfTempLimits> = mcconfTempFields.readSelected(
      reader,
      withInputs ? all | inputs : all,
    );
    firmware.settings.limits = { ...firmware.settings.limits, ...limits };
    if (acknowledge === 1) reply(message(id).finish());
  };
}

export const configurationCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.GET_MCCONF]: get(CommandId.GET_MCCONF, 'mcconf'),
  [CommandId.GET_APPCONF]: get(CommandId.GET_APPCONF, 'appconf'),
  [CommandId.GET_MCCONF_DEFAULT]: getDefault(CommandId.GET_MCCONF_DEFAULT, 'mcconf'),
  [CommandId.GET_APPCONF_DEFAULT]: getDefault(CommandId.GET_APPCONF_DEFAULT, 'appconf'),
  [CommandId.SET_MCCONF]: set(CommandId.SET_MCCONF, 'mcconf', true),
  [CommandId.SET_APPCONF]: set(CommandId.SET_APPCONF, 'appconf', true),
  [CommandId.SET_APPCONF_NO_STORE]: set(CommandId.SET_APPCONF_NO_STORE, 'appconf', false),
  [CommandId.GET_BATTERY_CUT]: ({ firmware, reply }) => reply(encodeBatteryCut(firmware.settings.batteryCut)),
  [CommandId.SET_BATTERY_CUT]: async ({ firmware, reader, reply }) => {
    const cut = { start_V: reader.f32(1e3), end_V: reader.f32(1e3) };
    const duration_ms = firmware.settings.setBatteryCut(cut, reader.u8() === 1);
    await firmware.board.stall(duration_ms);
    reply(message(CommandId.SET_BATTERY_CUT).finish());
  },
  [CommandId.GET_MCCONF_TEMP]: ({ firmware, reply }) => reply(encodeMcconfTemp(firmware.settings.limits)),
  [CommandId.SET_MCCONF_TEMP]: setLimits(CommandId.SET_MCCONF_TEMP),
  [CommandId.SET_MCCONF_TEMP_SETUP]: setLimits(CommandId.SET_MCCONF_TEMP_SETUP),
};
