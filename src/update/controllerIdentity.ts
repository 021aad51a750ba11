import type { Endpoint } from '../links/endpoint';
import { type FirmwareInfo, type FirmwareVersion, fwInfo, fwVersion } from '../protocol/messages/identity';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { atLeast } from '../protocol/version';
import { silenceIs } from '../settings/secondMotor';

/** Who a controller is and what runs on it, as far as it can be read. */
export interface ControllerIdentity {
  /** 24 hex digits. */
  readonly uuid: string;
  readonly hardware: string;
  readonly hardwareType: FirmwareVersion['hardwareType'];
  readonly firmware: {
    readonly major: number;
    readonly minor: number;
    /** 0 for a release, else the number of the test version. */
    readonly test: number;
    /** The firmware's own name, such as `no_hw_limits`; often empty. */
    readonly name: string;
    /** Commit of its source, with `-dirty` when built from changed files. */
    readonly commit?: string;
    /** The identity of the build (design 4.2), when it carries one. */
    readonly buildId?: string;
  };
  readonly canId?: number;
}

const BUILD_ID = /vb1-[0-9a-f]{40}/;
/** An image nobody stamped: the placeholder says nothing about its content. */
const PLACEHOLDER = /^vb1-0{40}$/;
const HASH_LINE = /^GIT Hash\s*: (\S+)/m;

/**
 * Reads who answers at `endpoint`.
 * @throws VescError of the link when nobody does
 */
export async function identifyController(
  endpoint: Endpoint,
  options: {
    timeout_ms?: number;
    attempts?: number;
    signal?: AbortSignal;
    version?: FirmwareVersion;
    /** It told its source before: silence now is no answer, and is thrown. */
    tellsSource?: boolean;
  } = {},
): Promise<ControllerIdentity> {
  const { version: known, tellsSource = false, ...requestOptions } = options;
  const version = known ?? (await endpoint.request(fwVersion(), requestOptions));
  const { commit, buildId } = await readSource(endpoint, version, tellsSource, options.signal);
  const values =
    version.hardwareType === 'vesc'
      ? await silenceIs(endpoint.request(getValuesSelective(['controllerId']), requestOptions), undefined)
      : undefined;
  return {
    uuid: version.uuid,
    hardware: version.hardware,
    hardwareType: version.hardwareType,
    firmware: {
      major: version.major,
      minor: version.minor,
      test: version.test,
      name: version.firmwareName,
      ...(commit === undefined ? {} : { commit }),
      ...(buildId === undefined ? {} : { buildId }),
    },
    ...(values?.controllerId === undefined ? {} : { canId: values.controllerId }),
  };
}

/** From 6.06 by command, from 6.00 by the terminal, before that not at all. */
async function readSource(
  endpoint: Endpoint,
  version: FirmwareVersion,
  tellsSource: boolean,
  signal?: AbortSignal,
): Promise<{ commit?: string; buildId?: string }> {
  const options = signal ? { signal } : {};
  if (version.hardwareType === 'bms') return {};
  if (atLeast(version, 6, 6)) {
    const asked: Promise<FirmwareInfo> = endpoint.request(fwInfo(), { attempts: 3, ...options });
    const info = tellsSource ? await asked : await silenceIs(asked, undefined);
    return splitSource(info?.commit, info?.userCommit);
  }
  if (atLeast(version, 6, 0) && version.hardwareType === 'vesc') {
    const lines = await endpoint.terminal('fwinfo', options);
    return splitSource(HASH_LINE.exec(lines.join('\n'))?.[1]);
  }
  return {};
}

/** The identity rides in the user's commit hash, in old trees behind the commit itself: `<commit>.vb1-…`. */
function splitSource(commit?: string, userCommit?: string): { commit?: string; buildId?: string } {
  const buildId = BUILD_ID.exec(userCommit ?? '')?.[0] ?? BUILD_ID.exec(commit ?? '')?.[0];
  const bare = commit?.replace(BUILD_ID, '').replace(/\.$/, '');
  return {
    ...(bare ? { commit: bare } : {}),
    ...(buildId !== undefined && !PLACEHOLDER.test(buildId) ? { buildId } : {}),
  };
}
