/** Where one of several updates stands. */
type State = 'staging' | 'staged' | 'over';

interface Waiting {
  readonly index: number;
  readonly go: () => void;
}

/**
 * In which order updates that were staged side by side start their bootloaders: when the last of them is staged or
 * has ended, one after the other, each when the one before is over (design 4.5).
 */
export class CommitOrder {
  private readonly states: State[];
  private waiting: Waiting[] = [];

  constructor(count: number) {
    this.states = Array.from({ length: count }, () => 'staging');
  }

  /** Update `index` is staged: resolves when it is its turn, rejects with the reason of `signal`. */
  take(index: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        this.waiting = this.waiting.filter((other) => other !== waiting);
        reject(signal.reason as Error);
      };
      const waiting: Waiting = {
        index,
        go: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(waiting);
      this.move(index, 'staged');
    });
  }

  /** Update `index` is over, whatever it came to. */
  end(index: number): void {
    this.move(index, 'over');
  }

  private move(index: number, state: State): void {
    this.states[index] = state;
    if (this.states.includes('staging')) return;
    const next = this.states.indexOf('staged');
    const turn = this.waiting.find((waiting) => waiting.index === next);
    this.waiting = this.waiting.filter((other) => other !== turn);
    turn?.go();
  }
}
