import { type Disposable, toDisposable } from './disposable';

/** Subscribes `listener`; dispose the result to stop. Structurally compatible with `vscode.Event`. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** A source of events. Listeners run in the order they subscribed, synchronously inside `fire`. */
export class Emitter<T> implements Disposable {
  private listeners: readonly ((value: T) => void)[] = [];

  readonly event: Event<T> = (listener) => {
    this.listeners = [...this.listeners, listener];
    return toDisposable(() => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    });
  };

  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }

  dispose(): void {
    this.listeners = [];
  }
}
