import { type ByteReader, fromHex, toHex } from '../bytes';
import { CommandId } from '../commandId';
import type { Request } from '../request';
import { atLeast } from '../version';
import { contents, message } from './message';

const HARDWARE_TYPES = ['vesc', 'bms', 'custom-module'] as const;
export type HardwareType = (typeof HARDWARE_TYPES)[number];

/** What a controller says about itself (facts 2.2). Fields that an older or smaller firmware does not send are absent. */
export interface FirmwareVersion {
  readonly major: number;
  readonly minor: number;
  /** 0 for a release, else the number of the test version. */
  readonly test: number;
  /** The hardware name as compiled in; contains blanks and mixed case on some boards. */
  readonly hardware: string;
  /** 24 lower-case hex digits; empty when the firmware is too old to send it. */
  readonly uuid: string;
  readonly paired: boolean;
  /** A type nobody knows yet counts as a custom module: it is not a motor controller. */
  readonly hardwareType: HardwareType;
  /** Number of custom configurations. */
  readonly customConfigs: number;
  readonly phaseFilters?: boolean;
  /** QML page of the hardware: 0 none, 1 yes, 2 fullscreen. */
  readonly qmlHardware?: number;
  /** QML page of the user: 0 none, 1 yes, 2 fullscreen. */
  readonly qmlApp?: number;
  /** Bit 0: the name of the radio can be set, bit 1: its pin can be set. */
  readonly nrfFlags?: number;
  /** A name of the build such as "no_hw_limits"; empty for most. */
  readonly firmwareName: string;
  /** CRC-32 over QML page, custom configuration and QML app; 0 when there is none. */
  readonly hardwareConfigCrc?: number;
}

const UUID_LENGTH = 12;

/** Asks who answers; the one request that every firmware knows, bridges and modules included. */
export function fwVersion(): Request<FirmwareVersion> {
  return {
    payload: message(CommandId.FW_VERSION).finish(),
    replyId: CommandId.FW_VERSION,
    decode: (reply) => decodeFwVersion(contents(reply)),
  };
}

function decodeFwVersion(reader: ByteReader): FirmwareVersion {
  const byte = (): number | undefined => (reader.remaining > 0 ? reader.u8() : undefined);
  const major = reader.u8();
  const minor = reader.u8();
  const hardware = reader.string();
  const uuid = reader.remaining >= UUID_LENGTH ? toHex(reader.take(UUID_LENGTH)) : '';
  const paired = byte() === 1;
  const test = byte() ?? 0;
  const hardwareType = HARDWARE_TYPES[byte() ?? 0] ?? 'custom-module';
  const customConfigs = byte() ?? 0;
  const phaseFilters = byte();
  const qmlHardware = byte();
  const qmlApp = byte();
  const nrfFlags = byte();
  const firmwareName = reader.string();
  return {
    ...{ major, minor, test, hardware, uuid, paired, hardwareType, customConfigs, firmwareName },
    ...(phaseFilters === undefined ? {} : { phaseFilters: phaseFilters !== 0 }),
    ...(qmlHardware === undefined ? {} : { qmlHardware }),
    ...(qmlApp === undefined ? {} : { qmlApp }),
    ...(nrfFlags === undefined ? {} : { nrfFlags }),
    ...(reader.remaining < 4 ? {} : { hardwareConfigCrc: reader.u32() }),
  };
}

/**
 * The answer to {@link fwVersion} as a firmware of that version and hardware type sends it: a BMS stops after the
 * custom configurations, 5.03 after the QML flags, and the CRC came with 6.05. Missing fields are sent as 0.
 */
export function encodeFwVersion(version: FirmwareVersion): Uint8Array {
  const writer = message(CommandId.FW_VERSION)
    .u8(version.major)
    .u8(version.minor)
    .string(version.hardware)
    .bytes(fromHex(version.uuid))
    .u8(version.paired ? 1 : 0)
    .u8(version.test)
    .u8(HARDWARE_TYPES.indexOf(version.hardwareType))
    .u8(version.customConfigs);
  if (version.hardwareType === 'bms') return writer.finish();
  writer
    .u8(version.phaseFilters ? 1 : 0)
    .u8(version.qmlHardware ?? 0)
    .u8(version.qmlApp ?? 0);
  if (atLeast(version, 6, 0)) writer.u8(version.nrfFlags ?? 0).string(version.firmwareName);
  if (atLeast(version, 6, 5)) writer.u32(version.hardwareConfigCrc ?? 0);
  return writer.finish();
}

/** Which sources a firmware (6.06 or newer) was built from. An empty or omitted text is absent. */
export interface FirmwareInfo {
  readonly major: number;
  readonly minor: number;
  readonly test: number;
  /** 40 hex digits, with `-dirty` behind them when the sources were modified. */
  readonly commit?: string;
  /** Whatever the build passed as `USER_GIT_COMMIT_HASH`. */
  readonly userCommit?: string;
}

/** A longer text does not fit the firmware's buffer: it is left out together with its NUL (facts 2.2). */
const MAX_INFO_TEXT = 46;

/** Asks for the source revision; firmware before 6.06 does not answer. */
export function fwInfo(): Request<FirmwareInfo> {
  return {
    payload: message(CommandId.FW_INFO).finish(),
    replyId: CommandId.FW_INFO,
    decode(reply) {
      const reader = contents(reply);
      const [major, minor, test] = [reader.u8(), reader.u8(), reader.u8()];
      // The commit always fits; when only one text is there, the user's was too long.
      const commit = reader.string();
      const userCommit = reader.string();
      return { major, minor, test, ...(commit && { commit }), ...(userCommit && { userCommit }) };
    },
  };
}

/** The answer to {@link fwInfo}; texts that are too long are left out, as the firmware does. */
export function encodeFwInfo(info: FirmwareInfo): Uint8Array {
  const writer = message(CommandId.FW_INFO).u8(info.major).u8(info.minor).u8(info.test);
  for (const text of [info.commit ?? '', info.userCommit ?? '']) {
    if (text.length <= MAX_INFO_TEXT) writer.string(text);
  }
  return writer.finish();
}

/** Tells the controller that somebody is there: restarts the command timeout and the shutdown timer. */
export function alive(): Uint8Array {
  return message(CommandId.ALIVE).finish();
}

/** Restarts the controller; 5.03 hangs until its watchdog does it, and then reports fault 10. */
export function reboot(): Uint8Array {
  return message(CommandId.REBOOT).finish();
}

export interface ShutdownOptions {
  /** Also while the motor turns faster than 100 ERPM. */
  readonly force: boolean;
  /** Restart by the watchdog (fault 10 afterwards) instead of switching off. */
  readonly restart: boolean;
}

/** Switches off a controller that has a power latch (6.05 or newer), or restarts it. */
export function shutdown({ force, restart }: ShutdownOptions): Uint8Array {
  return message(CommandId.SHUTDOWN)
    .u8(force ? 1 : 0)
    .u8(restart ? 1 : 0)
    .finish();
}
