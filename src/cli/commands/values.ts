import { sleep } from '../../base/clock';
import { ExitStatus, isVescError } from '../../base/errors';
import { getValues, type Values } from '../../protocol/messages/telemetry';
import { CsvFile } from '../../controllers/csvFile';
import { csvFields, valueColumns, valueFields } from '../../controllers/valueTable';
import { type CommandContext, defineCommand } from '../command';
import { helpOf, readNumber, refuseUnused } from '../options';
import { type Connection, requireMotor, TARGET_OPTIONS, withController } from '../target';
import { valuesText, watchLine, watchTitle } from '../valuesView';

const ASKING = { timeout_ms: 1000, attempts: 3 } as const;
const MAX_HZ = 200;
/** The title line comes again, so that it is still on the screen. */
const TITLE_EVERY = 20;

export const valuesCommand = defineCommand({
  name: 'values',
  summary: 'read the live values once, or follow them',
  options: {
    ...TARGET_OPTIONS,
    watch: {
      type: 'string',
      short: 'w',
      value: 'HZ',
      help: 'read so many times a second, 0.01 to 200, until Ctrl+C',
    },
    csv: {
      type: 'string',
      value: 'FILE',
      help: 'write them to a file as well, names and units in its first line',
    },
    force: { type: 'boolean', help: 'with --csv: replace a file that exists' },
  },
  details: [
    'Currents, Vd and Vq are averages since they were last read, by anybody: a second',
    'reader changes them.',
  ],
  examples: ['vesc values', 'vesc values --watch 10 --csv ride.csv'],
  run(context, { options }) {
    const { watch, csv, force } = options;
    if (csv === undefined)
      refuseUnused('vesc values without --csv', options, { force: '' }, helpOf('values'));
    const rate_hz =
      watch === undefined ? undefined : readNumber('--watch', watch, { min: 0.01, max: MAX_HZ });
    return withController(context, options, async (connection) => {
      requireMotor(connection, 'values');
      const file =
        csv === undefined ? undefined : await CsvFile.create(context.folder, csv, valueColumns(), force);
      try {
        return rate_hz === undefined
          ? await readOnce(context, connection, file)
          : await follow(context, connection, rate_hz, file);
      } finally {
        await file?.close();
      }
    });
  },
});

async function readOnce(
  { report, style, interruption }: CommandContext,
  { endpoint }: Connection,
  file: CsvFile | undefined,
): Promise<ExitStatus> {
  const values = await endpoint.request(getValues(), { ...ASKING, signal: interruption.signal });
  await file?.write({ time_s: 0, ...csvFields(values) });
  report.result(
    { ...valueFields(values), ...(file === undefined ? {} : { csv: file.path }) },
    valuesText(values, style),
  );
  return ExitStatus.ok;
}

/** Reads at a steady rate: a late answer does not shift those after it. */
async function follow(
  { core, report, style, interruption }: CommandContext,
  { endpoint }: Connection,
  rate_hz: number,
  file: CsvFile | undefined,
): Promise<ExitStatus> {
  const { clock } = core;
  const { signal } = interruption;
  const started_ms = clock.now();
  let samples = 0;
  let last: Values | undefined;
  interruption.streams(() => interruption.cancel('Reading values'));
  try {
    for (let due_ms = started_ms; ;) {
      last = await endpoint.request(getValues(), { ...ASKING, signal });
      const time_s = Math.round(clock.now() - started_ms) / 1000;
      await file?.write({ time_s, ...csvFields(last) });
      if (samples % TITLE_EVERY === 0 && !report.json) report.event('title', {}, style.dim(watchTitle()));
      report.event('values', { time_s, ...valueFields(last) }, watchLine(time_s, last, style));
      samples++;
      due_ms = Math.max(due_ms + 1000 / rate_hz, clock.now());
      await sleep(clock, due_ms - clock.now(), signal);
    }
  } catch (error) {
    if (!signal.aborted || !isVescError(error)) throw error;
  }
  const duration_ms = Math.round(clock.now() - started_ms);
  report.result(
    {
      ...(last === undefined ? {} : valueFields(last)),
      samples,
      duration_ms,
      ...(file === undefined ? {} : { csv: file.path }),
    },
    file === undefined ? [] : [`${samples} samples in ${file.path}`],
  );
  return ExitStatus.ok;
}
