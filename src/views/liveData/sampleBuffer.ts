/** Rows of a chart: the time, and one value for each column; NaN where there is none. */
export interface ChartRows {
  readonly times: number[];
  readonly columns: (number | null)[][];
}

/**
 * The newest rows of a number of columns, in arrays that are allocated once. Each holds twice what is kept, so that
 * the rows kept lie side by side: when it is full, the newer half moves to the front.
 */
export class SampleBuffer {
  private times: Float64Array;
  private columns = new Map<string, Float64Array>();
  private start = 0;
  private end = 0;
  private total = 0;

  constructor(readonly capacity: number) {
    this.times = new Float64Array(2 * capacity);
  }

  get length(): number {
    return this.end - this.start;
  }

  /** How many rows were ever added. */
  get added(): number {
    return this.total;
  }

  /** The memory it takes, which grows with the number of columns only. */
  get size_B(): number {
    return [this.times, ...this.columns.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  get ids(): string[] {
    return [...this.columns.keys()];
  }

  /** Time of the newest row; undefined when there is none. */
  get latest(): number | undefined {
    return this.length === 0 ? undefined : this.times[this.end - 1];
  }

  get earliest(): number | undefined {
    return this.length === 0 ? undefined : this.times[this.start];
  }

  /** Keeps exactly these columns; a new one has no values in the rows before. */
  setColumns(ids: readonly string[]): void {
    const before = this.columns;
    this.columns = new Map(
      ids.map((id) => [id, before.get(id) ?? new Float64Array(2 * this.capacity).fill(Number.NaN)]),
    );
  }

  /** Adds a row; columns without a value are NaN in it. A time before the newest one is not taken. */
  push(time: number, values: ReadonlyMap<string, number>): void {
    if (this.latest !== undefined && time < this.latest) return;
    if (this.end === this.times.length) this.moveToFront();
    this.times[this.end] = time;
    for (const [id, column] of this.columns) column[this.end] = values.get(id) ?? Number.NaN;
    this.end++;
    this.total++;
    if (this.length > this.capacity) this.start++;
  }

  clear(): void {
    this.start = this.end = 0;
  }

  /** The value of a column in row `index` (0 is the oldest); NaN when there is none. */
  value(id: string, index: number): number {
    return this.columns.get(id)?.[this.start + index] ?? Number.NaN;
  }

  time(index: number): number {
    return this.times[this.start + index] ?? Number.NaN;
  }

  /** The first row at `time` or later. */
  indexAt(time: number): number {
    let low = this.start;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low - this.start;
  }

  /** The row nearest to `time`; undefined when there is none at all. */
  nearest(time: number): number | undefined {
    if (this.length === 0) return undefined;
    const after = Math.min(this.indexAt(time), this.length - 1);
    const isBeforeNearer = after > 0 && time - this.time(after - 1) < this.time(after) - time;
    return isBeforeNearer ? after - 1 : after;
  }

  /**
   * The rows between two times (and one beyond on either side, so that lines reach the edge), thinned out to the
   * least and the greatest value of each of `buckets` parts where there are more: nothing that stands out is lost.
   */
  rows(ids: readonly string[], from: number, to: number, buckets: number): ChartRows {
    const first = this.start + Math.max(0, this.indexAt(from) - 1);
    const last = Math.min(this.end, this.start + this.indexAt(to) + 1);
    const size = Math.max(1, (last - first) / buckets);
    if (size <= 2) return this.plainRows(ids, first, last);
    const times: number[] = [];
    const columns = ids.map((): (number | null)[] => []);
    for (let bucket = 0; bucket < buckets; bucket++) {
      const begin = first + Math.floor(bucket * size);
      const end = Math.min(last, first + Math.floor((bucket + 1) * size));
      if (begin >= end) continue;
      times.push(this.times[begin]!, this.times[end - 1]!);
      ids.forEach((id, at) => columns[at]!.push(...extremes(this.columns.get(id), begin, end)));
    }
    return { times, columns };
  }

  /** Least and greatest value of a column between two times; undefined when it has none there. */
  range(id: string, from: number, to: number): readonly [min: number, max: number] | undefined {
    const column = this.columns.get(id);
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let at = this.start + this.indexAt(from); column && at < this.end && this.times[at]! <= to; at++) {
      const value = column[at]!;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return min <= max ? [min, max] : undefined;
  }

  private plainRows(ids: readonly string[], first: number, last: number): ChartRows {
    const columns = ids.map((id) => {
      const column = this.columns.get(id);
      return Array.from({ length: last - first }, (_, at) => present(column?.[first + at]));
    });
    return { times: Array.from(this.times.subarray(first, last)), columns };
  }

  private moveToFront(): void {
    for (const array of [this.times, ...this.columns.values()]) array.copyWithin(0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
  }
}

/** A chart's gap for what is not there. */
function present(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** Least and greatest value, the earlier one first. */
function extremes(
  column: Float64Array | undefined,
  begin: number,
  end: number,
): [number | null, number | null] {
  let least = -1;
  let greatest = -1;
  for (let at = begin; column && at < end; at++) {
    const value = column[at]!;
    if (Number.isNaN(value)) continue;
    if (least < 0 || value < column[least]!) least = at;
    if (greatest < 0 || value > column[greatest]!) greatest = at;
  }
  if (!column || least < 0) return [null, null];
  const [one, other] = least < greatest ? [least, greatest] : [greatest, least];
  return [column[one]!, column[other]!];
}
