import type { Clock } from '../base/clock';
import { type Disposable, toDisposable } from '../base/disposable';
import type { Port } from '../links/ports';

const LOOK_MS = 2500;

export interface HotPlugDependencies {
  readonly clock: Clock;
  readonly listPorts: () => Promise<readonly Pick<Port, 'path' | 'likelyVesc'>[]>;
  /** The ports that the user connected before and did not let go of, and that are not open now. */
  readonly wanted: () => readonly string[];
  readonly connect: (path: string) => Promise<void>;
}

/**
 * Connects again to ports that the user connected before, as soon as they appear. While none is wanted it looks
 * at nothing, and a port that could not be opened is tried again only after it went away and came back.
 */
export class HotPlug implements Disposable {
  private next: Disposable = toDisposable(() => undefined);
  private readonly tried = new Set<string>();
  private stopped = false;

  constructor(private readonly dependencies: HotPlugDependencies) {}

  start(): void {
    this.next = this.dependencies.clock.schedule(0, () => void this.look());
  }

  dispose(): void {
    this.stopped = true;
    this.next.dispose();
  }

  private async look(): Promise<void> {
    const { clock, listPorts, wanted, connect } = this.dependencies;
    if (wanted().length > 0) {
      const there = (await listPorts()).filter((port) => port.likelyVesc).map((port) => port.path);
      for (const path of [...this.tried]) if (!there.includes(path)) this.tried.delete(path);
      for (const path of wanted()) {
        if (this.stopped || !there.includes(path) || this.tried.has(path)) continue;
        this.tried.add(path);
        await connect(path);
      }
    }
    if (!this.stopped) this.next = clock.schedule(LOOK_MS, () => void this.look());
  }
}
