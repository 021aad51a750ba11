import { signalById, SIGNALS, type Signal } from '../../../controllers/signals';
import { SampleBuffer } from '../sampleBuffer';
import { TimeWindow } from '../timeWindow';

/** Twelve minutes at 50 Hz. */
const CAPACITY = 36_000;
const LIVE_SPAN_S = 30;
/** Without a reading for longer, the line is broken. */
const GAP_S = 0.5;

export type ShownSignal = Pick<Signal, 'id' | 'label' | 'group' | 'unit' | 'scale' | 'digits'>;

/** Rows over time with the part of it that is seen: what comes from the controller, or a recording. */
export interface Source {
  readonly buffer: SampleBuffer;
  readonly window: TimeWindow;
  readonly signals: readonly ShownSignal[];
  /** Of a recording. */
  readonly name?: string;
}

export function liveSource(): Source {
  return { buffer: new SampleBuffer(CAPACITY), window: new TimeWindow(LIVE_SPAN_S), signals: SIGNALS };
}

/** A recording with these columns; its rows come later. */
export function fileSource(name: string, columns: readonly string[], rows: number): Source {
  const buffer = new SampleBuffer(Math.max(1, rows));
  buffer.setColumns(columns);
  const signals = columns.map(
    (id): ShownSignal => signalById(id) ?? { id, label: id, group: 'Columns', unit: '', scale: 1, digits: 3 },
  );
  return { buffer, window: new TimeWindow(LIVE_SPAN_S), signals, name };
}

/** Adds rows as they were read; the buffer holds what is shown. */
export function addRows(
  { buffer, signals }: Source,
  ids: readonly string[],
  rows: readonly (number | null)[][],
  offset: number,
): void {
  const scales = new Map(signals.map(({ id, scale }) => [id, scale]));
  for (const row of rows) {
    const time_s = row[0];
    if (time_s === null || time_s === undefined) continue;
    if (buffer.latest !== undefined && offset > 1 && time_s - buffer.latest > gap(buffer)) {
      buffer.push(buffer.latest, new Map());
    }
    const values = new Map<string, number>();
    ids.forEach((id, at) => {
      const value = row[at + offset];
      if (typeof value === 'number') values.set(id, value * (scales.get(id) ?? 1));
    });
    buffer.push(time_s, values);
  }
}

/** Twice the time between the newest rows, where they come slowly. */
function gap(buffer: SampleBuffer): number {
  const { length } = buffer;
  const last_s = length < 2 ? 0 : buffer.time(length - 1) - buffer.time(length - 2);
  return Math.max(GAP_S, 2.5 * last_s);
}
