import { CommandId } from '../../protocol/commandId';
import { encodeValues, type Values, valueFields } from '../../protocol/messages/telemetry';
import type { Call, Handler } from '../firmware';
import { averagedKeys } from '../motor';

/** What one motor measures. Averages of the fields in `mask` start anew by being read. */
export function motorValues({ firmware, motor }: Call, mask: number): Values {
  const source = firmware.motors[motor] ?? firmware.motors[0]!;
  const asked = averagedKeys.filter((key) => (valueFields.mask([key]) & mask) !== 0);
  return {
    ...source.values(),
    ...source.takeAverages(asked),
    fault: 0,
    controllerId: firmware.canIds[motor] ?? 0,
    killSwitchActive: false,
  };
}

export const telemetryCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.GET_VALUES]: (call) => call.reply(encodeValues(motorValues(call, valueFields.all))),
  [CommandId.GET_VALUES_SELECTIVE]: (call) => {
    const mask = call.reader.u32();
    call.reply(encodeValues(motorValues(call, mask), mask));
  },
};
