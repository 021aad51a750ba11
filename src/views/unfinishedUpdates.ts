import type { Clock } from '../base/clock';
import { type Disposable, toDisposable } from '../base/disposable';
import type { JournalEntry, UpdateJournal } from '../update/journal';

/** Let the editor start in peace. */
const FIRST_LOOK_MS = 1500;
/** An update that goes on in another window or a terminal writes its entry again before this is over. */
const STILL_MS = 150_000;

/** Tells of updates that were left half-way, and not of those that others are at. */
export class UnfinishedUpdates implements Disposable {
  private next: Disposable;

  constructor(
    private readonly journal: Pick<UpdateJournal, 'pending'>,
    private readonly clock: Clock,
    private readonly tell: (entry: JournalEntry) => void,
    /** The journal cannot be read at all, as with a folder that is another user's. */
    private readonly fail: (error: unknown) => void,
  ) {
    this.next = clock.schedule(FIRST_LOOK_MS, () => void this.look().catch(fail));
  }

  dispose(): void {
    this.next.dispose();
    this.next = toDisposable(() => undefined);
  }

  private async look(): Promise<void> {
    const fresh: JournalEntry[] = [];
    for (const entry of await this.journal.pending()) {
      const age_ms = this.clock.date().getTime() - new Date(entry.since).getTime();
      if (age_ms >= 0 && age_ms < STILL_MS) fresh.push(entry);
      else this.tell(entry);
    }
    if (fresh.length > 0)
      this.next = this.clock.schedule(STILL_MS, () => void this.lookAgain(fresh).catch(this.fail));
  }

  private async lookAgain(before: readonly JournalEntry[]): Promise<void> {
    const same = (entry: JournalEntry): boolean =>
      before.some((other) => other.uuid === entry.uuid && other.since === entry.since);
    for (const entry of await this.journal.pending()) if (same(entry)) this.tell(entry);
  }
}
