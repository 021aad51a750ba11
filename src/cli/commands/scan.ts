import { ExitStatus, isVescError } from '../../base/errors';
import type { Session } from '../../links/session';
import { pingCan } from '../../protocol/messages/can';
import { formatVersion } from '../../protocol/version';
import { type ControllerIdentity, identifyController } from '../../update/controllerIdentity';
import { type CommandContext, defineCommand } from '../command';
import { hardwareTypeText, shortBuildId, UNKNOWN } from '../format';
import { identityFields } from '../identityFields';
import type { Fields } from '../report';
import { table } from '../table';
import { LINK_OPTIONS, targetText, withController } from '../target';

/** 255 pings of 10 ms, and up to 4.2 s on a dead bus (facts 14). */
const PING = { timeout_ms: 6000 } as const;
const NODE = { timeout_ms: 500, attempts: 2 } as const;

/** One id that answered the ping; without an identity, nothing more was heard of it. */
interface FoundNode {
  readonly canId: number;
  readonly identity: ControllerIdentity | undefined;
}

export const scanCommand = defineCommand({
  name: 'scan',
  summary: 'find the controllers on the CAN bus behind a controller',
  options: LINK_OPTIONS,
  details: ['Takes about three seconds. The controller at the link itself is listed apart.'],
  run: (context, { options }) =>
    withController(context, options, async (connection) => {
      const { report, style, interruption } = context;
      const { session, version } = connection;
      const { signal } = interruption;
      const local = await identifyController(session, { timeout_ms: 1000, attempts: 3, signal, version });
      report.progress({ stage: 'scan', fraction: 0, message: 'Pinging the CAN bus' });
      const canIds = await session.request(pingCan(), { ...PING, signal });
      const nodes: FoundNode[] = [];
      for (const [index, canId] of canIds.entries()) {
        report.progress({
          stage: 'identify',
          fraction: index / canIds.length,
          message: 'Asking who they are',
          detail: `CAN id ${canId}`,
        });
        nodes.push({ canId, identity: await identifyNode(context, session, canId) });
      }
      report.result({ nodes: nodes.map(nodeFields), local: identityFields(local) }, [
        `${style.bold(local.hardware)} at ${targetText(connection)}${canIdText(local.canId)}`,
        '',
        ...nodesText(nodes, style.dim),
      ]);
      return ExitStatus.ok;
    }),
});

async function identifyNode(
  { interruption }: CommandContext,
  session: Session,
  canId: number,
): Promise<ControllerIdentity | undefined> {
  try {
    return await identifyController(session.node(canId), { ...NODE, signal: interruption.signal });
  } catch (error) {
    // Some bus devices answer a ping and nothing else.
    if (isVescError(error, 'can-node-silent') || isVescError(error, 'no-answer')) return undefined;
    throw error;
  }
}

function nodeFields({ canId, identity }: FoundNode): Fields {
  if (!identity) return { canId, uuid: null, hardware: null, hardwareType: null, firmware: null };
  return { ...identityFields(identity), canId };
}

function canIdText(canId: number | undefined): string {
  return canId === undefined ? '' : `, CAN id ${canId}`;
}

function nodesText(nodes: readonly FoundNode[], titleStyle: (text: string) => string): string[] {
  if (nodes.length === 0) {
    return [
      'Nobody else answers on its CAN bus. If somebody should: check wiring, termination and baud rate.',
    ];
  }
  return table(
    [
      { title: 'CAN ID', right: true },
      { title: 'HARDWARE' },
      { title: 'KIND' },
      { title: 'FIRMWARE' },
      { title: 'COMMIT' },
      { title: 'BUILD' },
      { title: 'UUID' },
    ],
    nodes.map(({ canId, identity }) => [
      `${canId}`,
      identity?.hardware ?? UNKNOWN,
      identity ? hardwareTypeText(identity.hardwareType) : 'answers pings only',
      identity ? formatVersion(identity.firmware) : '',
      identity?.firmware.commit?.slice(0, 8) ?? '',
      identity?.firmware.buildId === undefined ? '' : shortBuildId(identity.firmware.buildId),
      identity?.uuid ?? '',
    ]),
    titleStyle,
  );
}
