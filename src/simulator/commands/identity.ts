import { CommandId } from '../../protocol/commandId';
import { encodeFwInfo, encodeFwVersion } from '../../protocol/messages/identity';
import { atLeast } from '../../protocol/version';
import type { Firmware, Handler } from '../firmware';

/** The UUID: a second motor's differs by one in the last byte (facts 2.2). */
export function motorUuid(uuid: string, motor: 0 | 1): string {
  const last = (Number.parseInt(uuid.slice(-2), 16) + motor) & 0xff;
  return uuid.slice(0, -2) + last.toString(16).padStart(2, '0');
}

function versionReply(firmware: Firmware, motor: 0 | 1): Uint8Array {
  const { traits } = firmware.board;
  return encodeFwVersion({
    ...firmware.version,
    hardware: firmware.identity.hardware,
    uuid: motorUuid(traits.uuid, motor),
    paired: traits.paired,
    hardwareType: traits.hardwareType,
    customConfigs: traits.hardwareType === 'vesc' ? 0 : 1,
    phaseFilters: traits.phaseFilters,
    qmlHardware: 0,
    qmlApp: 0,
    nrfFlags: 0,
    firmwareName: traits.firmwareName,
    hardwareConfigCrc: 0,
  });
}

const ERPM_STANDING = 100;

export const identityCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.FW_VERSION]: ({ firmware, motor, reply }) => reply(versionReply(firmware, motor)),
  [CommandId.FW_INFO]: ({ firmware, reply }) => {
    const { commit, userCommit } = firmware.identity;
    reply(encodeFwInfo({ ...firmware.version, commit, userCommit }));
  },
  [CommandId.ALIVE]: ({ firmware }) => firmware.motors.forEach((motor) => motor.keepAlive()),
  // 5.03 has no other way than to hang until the watchdog bites.
  [CommandId.REBOOT]: ({ firmware: { board, version } }) =>
    board.reset(atLeast(version, 6, 0) ? 'software' : 'watchdog'),
  [CommandId.SHUTDOWN]: ({ firmware, reader }) => {
    const force = reader.u8() === 1;
    const restart = reader.u8() === 1;
    const turning = firmware.motors.some((motor) => Math.abs(motor.values().erpm) > ERPM_STANDING);
    if (turning && !force) return;
    if (restart) firmware.board.reset('watchdog');
    else firmware.board.switchOff();
  },
};
