import type { Clock } from '../base/clock';
import type { StageTime, UpdateStage } from './verdict';

/** Records how long each stage took; a stage entered twice counts as one. */
export class StageTimer {
  private readonly times = new Map<UpdateStage, { duration_ms: number; bytes?: number }>();

  constructor(private readonly clock: Clock) {}

  /** Runs `work` as `stage`; `work` may report the bytes it moved. Failed stages are recorded too. */
  async time<T>(stage: UpdateStage, work: (bytes: (count: number) => void) => Promise<T>): Promise<T> {
    const started = this.clock.now();
    let moved: number | undefined;
    try {
      return await work((count) => (moved = count));
    } finally {
      const duration_ms = (this.times.get(stage)?.duration_ms ?? 0) + this.clock.now() - started;
      this.times.set(stage, { duration_ms, ...(moved === undefined ? {} : { bytes: moved }) });
    }
  }

  get stages(): StageTime[] {
    return [...this.times].map(([stage, time]) => ({
      stage,
      ...time,
      duration_ms: Math.round(time.duration_ms),
    }));
  }
}
