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
      this.add(stage, this.clock.now() - started, moved);
    }
  }

  /** Counts `duration_ms` to `stage`, for work that tells only as it goes on which stage it is in. */
  add(stage: UpdateStage, duration_ms: number, bytes?: number): void {
    const before_ms = this.times.get(stage)?.duration_ms ?? 0;
    this.times.set(stage, {
      duration_ms: before_ms + duration_ms,
      ...(bytes === undefined ? {} : { bytes }),
    });
  }

  get stages(): StageTime[] {
    return [...this.times].map(([stage, time]) => ({
      stage,
      ...time,
      duration_ms: Math.round(time.duration_ms),
    }));
  }
}
