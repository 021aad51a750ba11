import { type Disposable, toDisposable } from './disposable';
import { forEach } from './forEach';

/** Subscribes `listener`; dispose the result to stop. Structurally compatible with `vscode.Event`. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/**
 * A source of events. Listeners run in the order they subscribed, synchronously inside `fire`, all of them; what the
 * first of those threw that failed is thrown then.
 */
export class Emitter<T> implements Disposable {
  private listeners: readonly ((value: T) => void)[] = [];

  readonly event: Event<T> = (listener) => {
    this.listeners = [...this.listeners, listener];
    return toDisposable(() => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    });
  };

  fire(value: T): void {
    forEach(this.listeners, (listener) => listener(value));
  }

  dispose(): void {
    this.listeners = [];
  }
}
