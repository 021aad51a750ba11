import type { Endpoint } from '../links/endpoint';
import { silenceIs } from '../links/silence';
import { type FirmwareInfo, type FirmwareVersion, fwInfo, fwVersion } from '../protocol/messages/identity';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { atLeast } from '../protocol/version';

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

export interface IdentifyOptions {
  readonly timeout_ms?: number;
  readonly attempts?: number;
  readonly signal?: AbortSignal;
  /** What it told of its version a moment ago. */
  readonly version?: FirmwareVersion;
  /** It told its source before: silence now is no answer, and is thrown. */
  readonly tellsSource?: boolean;
}

/**
 * Reads who answers at `endpoint`.
 * @throws VescError of the link when nobody does
 */
export async function identifyController(
  endpoint: Endpoint,
  options: IdentifyOptions = {},
): Promise<ControllerIdentity> {
  return (await readIdentity(endpoint, options)).identity;
}

/**
 * Reads who answers at `endpoint`, and what else it tells of its version. One round trip from 6.06 on: everything is
 * asked at once, and what an older firmware or another kind of controller does not know is not waited for.
 * @throws VescError of the link when nobody does
 */
export async function readIdentity(
  endpoint: Endpoint,
  options: IdentifyOptions = {},
): Promise<{ identity: ControllerIdentity; version: FirmwareVersion }> {
  const { version: known, tellsSource = false, ...requestOptions } = options;
  const { signal: given } = options;
  const inVain = new AbortController();
  const signal = given ? AbortSignal.any([given, inVain.signal]) : inVain.signal;
  const asking = {
    version: known ?? endpoint.request(fwVersion(), requestOptions),
    info: known && !hasInfo(known) ? undefined : endpoint.request(fwInfo(), { attempts: 3, signal }),
    values: endpoint.request(getValuesSelective(['controllerId']), { ...requestOptions, signal }),
  };
  for (const early of [asking.info, asking.values]) early?.catch(() => undefined);
  try {
    const version = await asking.version;
    const { commit, buildId } = await readSource(endpoint, version, asking.info, tellsSource, given);
    const values = version.hardwareType === 'vesc' ? await silenceIs(asking.values, undefined) : undefined;
    const identity: ControllerIdentity = {
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
    return { identity, version };
  } finally {
    inVain.abort(new Error('nobody waits for this answer'));
  }
}

function hasInfo(version: FirmwareVersion): boolean {
  return version.hardwareType !== 'bms' && atLeast(version, 6, 6);
}

/** From 6.06 by command, from 6.00 by the terminal, before that not at all. */
async function readSource(
  endpoint: Endpoint,
  version: FirmwareVersion,
  asked: Promise<FirmwareInfo> | undefined,
  tellsSource: boolean,
  signal?: AbortSignal,
): Promise<{ commit?: string; buildId?: string }> {
  const options = signal ? { signal } : {};
  if (asked && hasInfo(version)) {
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
