import { ExitStatus } from '../../base/errors';
import { type FaultRecord, parseFaultListing } from '../../protocol/faultListing';
import { faultByName, faultName } from '../../protocol/faults';
import { getValuesSelective } from '../../protocol/messages/telemetry';
import { defineCommand } from '../command';
import { quantity } from '../format';
import type { Style } from '../output';
import { table } from '../table';
import { requireMotor, TARGET_OPTIONS, withController } from '../target';

const PREFIX = /^FAULT_CODE_/;
/** A long history comes in bursts over a slow UART. */
const LISTING = { timeout_ms: 5000, idle_ms: 500 } as const;

export const faultsCommand = defineCommand({
  name: 'faults',
  summary: 'list the active fault and those since the controller started',
  options: TARGET_OPTIONS,
  details: [
    'A controller forgets its faults when it restarts, and starts a new list at the',
    '25th. A fault clears itself half a second after its cause is gone.',
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
      report.result({ active, history: listing.history }, faultsText(style, active, listing.history));
      return ExitStatus.ok;
    }),
});

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
