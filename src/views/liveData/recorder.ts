import { isVescError } from '../../base/errors';
import type { CsvFile } from '../../controllers/csvFile';
import { signalValue } from '../../controllers/signals';
import type { Reading } from '../../controllers/valueFeed';
import { csvFields, valueColumns } from '../../controllers/valueTable';

/** The columns of a recording: those of `vesc values --csv`, and the signals that are not among them. */
export function recordingColumns(signals: readonly string[]): readonly string[] {
  const columns = valueColumns();
  return [...columns, ...signals.filter((id) => !columns.includes(id))];
}

/** Writes readings to a file, one after the other, as they come. */
export class Recorder {
  private writing: Promise<void> = Promise.resolve();
  private start_ms: number | undefined;
  private failed = false;
  rows = 0;

  /** @param onFailure once, when the file cannot be written any more */
  constructor(
    private readonly file: CsvFile,
    private readonly signals: readonly string[],
    private readonly onFailure: (error: Error) => void,
  ) {}

  get path(): string {
    return this.file.path;
  }

  add(reading: Reading): void {
    if (this.failed) return;
    this.start_ms ??= reading.time_ms;
    const time_s = Math.round(reading.time_ms - this.start_ms) / 1000;
    const signals = Object.fromEntries(this.signals.map((id) => [id, signalValue(id, reading)]));
    const { fault = 0 } = reading.values;
    const fields = { ...signals, ...csvFields({ ...reading.values, fault }), time_s };
    this.rows++;
    this.writing = this.writing.then(async () => {
      if (this.failed) return;
      try {
        await this.file.write(fields);
      } catch (error) {
        this.failed = true;
        if (!isVescError(error)) throw error;
        this.onFailure(error);
      }
    });
  }

  /** Resolves when everything is in the file. */
  async close(): Promise<void> {
    await this.writing;
    await this.file.close();
  }
}
