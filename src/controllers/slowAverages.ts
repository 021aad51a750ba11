import type { Values } from '../protocol/messages/telemetry';
import type { Reading } from './valueFeed';

/** Averages since they were last read, and reset by being read (facts 14, bits 2 to 5, 19 and 20). */
export const AVERAGED = ['motorCurrent_A', 'inputCurrent_A', 'id_A', 'iq_A', 'vd_V', 'vq_V'] as const;
type Averaged = (typeof AVERAGED)[number];

interface Sum {
  value: number;
  duration_ms: number;
  readings: number;
}

/**
 * The averages of somebody who looks less often than others do: those the others read meanwhile, weighed by the time
 * each of them stands for.
 */
export class SlowAverages {
  private readonly sums = new Map<Averaged, Sum>();
  private readonly read_ms = new Map<Averaged, number>();

  /** Takes in what was read; only `wanted` counts. */
  add({ time_ms, values }: Reading, wanted: readonly (keyof Values)[]): void {
    for (const key of AVERAGED) {
      const value = values[key];
      if (value === undefined) continue;
      const since_ms = time_ms - (this.read_ms.get(key) ?? time_ms);
      this.read_ms.set(key, time_ms);
      if (!wanted.includes(key)) continue;
      const sum = this.sums.get(key) ?? { value: 0, duration_ms: 0, readings: 0 };
      sum.value += value * since_ms;
      sum.duration_ms += since_ms;
      sum.readings++;
      this.sums.set(key, sum);
    }
  }

  /** `values`, with the averages since the last call in the place of the momentary ones; they start anew. */
  take(values: Partial<Values>): Partial<Values> {
    const averages: Partial<Record<Averaged, number>> = {};
    for (const [key, { value, duration_ms, readings }] of this.sums) {
      if (readings > 1 && duration_ms > 0) averages[key] = value / duration_ms;
    }
    this.sums.clear();
    return { ...values, ...averages };
  }

  /** Nothing read before counts any more. */
  forget(): void {
    this.sums.clear();
    this.read_ms.clear();
  }
}
