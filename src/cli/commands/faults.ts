import { ExitStatus } from '../../base/errors';
import { localTime } from '../../base/localTime';
import { type FaultRecord, parseFaultListing } from '../../protocol/faultListing';
import { faultByName, faultName } from '../../protocol/faults';
import { getValuesSelective } from '../../protocol/messages/telemetry';
import type { KeptFault } from '../../settings/faultHistory';
import { readBootTime } from '../../update/uptime';
import { type CommandContext, defineCommand } from '../command';
import { quantity } from '../format';
import type { Style } from '../output';
import { table } from '../table';
import { type Connection, requireMotor, TARGET_OPTIONS, withController } from '../target';

const PREFIX = /^FAULT_CODE_/;
/** A long history comes in bursts over a slow UART. */
const LISTING = { timeout_ms: 5000, idle_ms: 500 } as const;

export const faultsCommand = defineCommand({
  name: 'faults',
  summary: 'list the active fault, those since the controller started, and those before',
  options: TARGET_OPTIONS,
  details: [
    'A controller forgets its faults when it restarts, and starts a new list at the',
    '25th: what was read of it before is kept on this computer, by its UUID, and',
    'listed, too. A fault clears itself half a second after its cause is gone.',
  ],
  run: (context, { options }) =>
    withController(context, options, async (connection) => {
      requireMotor(connection, 'faults');
      const { report, style, interruption } = context;
      const { endpoint } = connection;
      const { signal } = interruption;
      const values = await endpoint.request(getValuesSelective(['fault']), { attempts: 3, signal });
      const listing = parseFaultListing(await endpoint.terminal('faults', { ...LISTING, signal }));
      // Firmware before 6.05 does not list the active fault, but its values have it.
      const active = listing.active === undefined ? nameOf(values.fault) : listing.active;
      const { history } = listing;
      const earlier = await keep(context, connection, history);
      const text = [...faultsText(style, active, history), ...earlierText(style, earlier)];
      report.result({ active, history, earlier }, text);
      return ExitStatus.ok;
    }),
});

/** Keeps what the controller listed; the faults that it has forgotten, oldest first. */
async function keep(
  { core: { clock, faultHistory }, report }: CommandContext,
  { endpoint, version: { uuid } }: Connection,
  history: readonly FaultRecord[],
): Promise<readonly KeptFault[]> {
  const moment = { boot_ms: await readBootTime(endpoint, clock), now_ms: clock.date().getTime() };
  // A list that cannot be kept can be shown all the same.
  await faultHistory.noteListing(uuid, history, moment).catch(() => undefined);
  try {
    return (await faultHistory.of(uuid, moment)).earlier;
  } catch (error) {
    report.warn(`What was kept of its faults before cannot be read: ${(error as Error).message}.`);
    return [];
  }
}

function earlierText({ dim }: Style, earlier: readonly KeptFault[]): string[] {
  if (earlier.length === 0) return [];
  const rows = earlier.map(({ at, seen, fault, record }) => [
    `${localTime(at)}${seen ? '' : ' (found then)'}`,
    fault.replace(PREFIX, ''),
    record ? quantity(record.voltage_V, 1, 'V') : '',
    record ? quantity(record.current_A, 1, 'A') : '',
  ]);
  const columns = [
    { title: 'WHEN' },
    { title: 'FAULT' },
    { title: 'INPUT', right: true },
    { title: 'CURRENT', right: true },
  ];
  return ['', 'Before its last start, as kept on this computer:', '', ...table(columns, rows, dim)];
}

function nameOf(code: number | undefined): string | null {
  return code ? faultName(code) : null;
}

function faultsText(style: Style, active: string | null, history: readonly FaultRecord[]): string[] {
  const lines =
    active === null
      ? [`Active fault: ${style.green('none')}`]
      : [`Active fault: ${style.red(active)}`, `  ${faultByName(active)?.meaning ?? ''}`.trimEnd()];
  if (history.length === 0) return [...lines, 'No faults since the controller started.'];
  const dual = history.some((record) => record.motor > 1);
  const rows = history.map((record, index) => [
    `${index + 1}`,
    record.fault.replace(PREFIX, ''),
    dual ? `${record.motor}` : '',
    quantity(record.voltage_V, 1, 'V'),
    quantity(record.current_A, 1, 'A'),
    quantity(record.currentFiltered_A, 1, 'A'),
    quantity(record.duty * 100, 1, '%'),
    quantity(record.rpm, 0),
    quantity(record.temperature_C, 1, '°C'),
    [...(record.driverFaults?.flags ?? []), record.info ?? ''].join(' ').trim(),
  ]);
  lines.push(
    '',
    `${history.length} ${history.length === 1 ? 'fault' : 'faults'} since the controller started, oldest first:`,
    '',
    ...table(
      [
        { title: '#', right: true },
        { title: 'FAULT' },
        { title: 'MOTOR', right: true },
        { title: 'INPUT', right: true },
        { title: 'CURRENT', right: true },
        { title: 'FILTERED', right: true },
        { title: 'DUTY', right: true },
        { title: 'ERPM', right: true },
        { title: 'MOSFET', right: true },
        { title: 'DETAILS' },
      ],
      rows,
      style.dim,
    ),
    '',
  );
  for (const name of new Set(history.map((record) => record.fault))) {
    const meaning = faultByName(name)?.meaning;
    if (meaning !== undefined) lines.push(`${style.bold(name.replace(PREFIX, ''))}: ${meaning}`);
  }
  return lines;
}
