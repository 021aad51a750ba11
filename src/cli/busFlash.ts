import type { ExitStatus } from '../base/errors';
import { formatLinkAddress } from '../links/linkAddress';
import type { LinkAddress } from '../links/link';
import { type BusMember, findBusMembers, updateBus, worstOf } from '../update/busUpdate';
import type { UpdateRequest } from '../update/updater';
import { verdictExitStatus } from '../update/verdict';
import type { CommandContext } from './command';
import { commandLineText } from './nextSteps';
import { type Fields } from './report';
import { hungUpOn } from './target';
import { updateFields, updateText } from './updateView';

/** What `--can` takes for every controller on the bus. */
export const WHOLE_BUS = 'all';

/** Flashes every controller on the bus behind `address`, and tells of each and of the worst. */
export async function flashBus(
  context: CommandContext,
  address: LinkAddress,
  request: Omit<UpdateRequest, 'target'>,
): Promise<ExitStatus> {
  const { core, report, interruption, style } = context;
  const { signal } = interruption;
  report.progress({ stage: 'identify', fraction: 0, message: 'Looking who is on the bus' });
  const members = await findBusMembers(core, address, signal).catch((error: unknown) => {
    throw hungUpOn(address, error);
  });
  const done = await updateBus(core.updater, members, request, {
    signal,
    onProgress: (member, index, count, progress) =>
      report.progress({
        ...progress,
        subject: nameOf(member),
        message: `${nameOf(member)} (${index + 1} of ${count}): ${progress.message}`,
      }),
    onResult: (member) => {
      const { result } = member;
      if (!result) return;
      const why = result.error ? [commandLineText(result.error).message] : [];
      const text = [nameOf(member), ...updateText(result, style), ...why];
      report.event('node', memberFields(member), text.join('\n'));
    },
  });
  const worst = worstOf(done);
  const fields = {
    verdict: worst.verdict,
    nodes: done.map(memberFields),
    address: formatLinkAddress(address),
  };
  const left = done.filter(({ result }) => !result).length;
  const summary = [`${done.length - left} of ${done.length} controllers done, the worst: ${worst.verdict}.`];
  const status = verdictExitStatus(worst.verdict);
  if (worst.error) report.failure(worst.error, fields, summary);
  else report.result(fields, summary);
  return status;
}

function nameOf({ target, version }: BusMember): string {
  return `${version.hardware}${target.canId === undefined ? '' : `, CAN id ${target.canId}`}`;
}

function memberFields({ target, version, result }: BusMember): Fields {
  const { uuid, hardware } = version;
  return {
    canId: target.canId ?? null,
    uuid,
    hardware,
    ...(result ? updateFields(result) : { verdict: null }),
  };
}
