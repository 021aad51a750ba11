import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';

/** What takes a moment to find out, by what it is about: found out once for each, and drawn as soon as it is known. */
export class LookUps<About extends object, Found extends object> implements Disposable {
  private readonly changes = new Emitter<void>();
  private all = new WeakMap<About, Promise<Found> | Found>();

  /** Fires when something became known, or may be something else now. */
  readonly onChange = this.changes.event;

  /** What is known by now. */
  known(about: About): Found | undefined {
    const known = this.all.get(about);
    return known instanceof Promise ? undefined : known;
  }

  /** The same; when nobody finds it out yet, `find` does. */
  of(about: About, find: () => Promise<Found>): Found | undefined {
    if (!this.all.has(about)) void this.begin(about, find);
    return this.known(about);
  }

  /** What it turns out to be. */
  async wait(about: About, find: () => Promise<Found>): Promise<Found> {
    return this.all.get(about) ?? this.begin(about, find);
  }

  /** Everything has to be found out again. */
  forget(): void {
    this.all = new WeakMap();
    this.changes.fire();
  }

  dispose(): void {
    this.changes.dispose();
  }

  private begin(about: About, find: () => Promise<Found>): Promise<Found> {
    const { all } = this;
    const work = find().then((found) => {
      all.set(about, found);
      if (all === this.all) this.changes.fire();
      return found;
    });
    all.set(about, work);
    return work;
  }
}
