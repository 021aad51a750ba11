/** Anything that lives and must be ended. Structurally the same as `vscode.Disposable`. */
export interface Disposable {
  dispose(): void;
}

/** Owns disposables and ends them, last added first, in one place. */
export class DisposableStore implements Disposable {
  private readonly items: Disposable[] = [];
  private disposed = false;

  /** Takes ownership of `item`; if the store is gone already, `item` is disposed at once. */
  add<T extends Disposable>(item: T): T {
    if (this.disposed) item.dispose();
    else this.items.push(item);
    return item;
  }

  dispose(): void {
    this.disposed = true;
    for (let item = this.items.pop(); item !== undefined; item = this.items.pop()) item.dispose();
  }
}

/** A disposable that runs `action` the first time it is disposed. */
export function toDisposable(action: () => void): Disposable {
  let pending: (() => void) | undefined = action;
  return {
    dispose() {
      const run = pending;
      pending = undefined;
      run?.();
    },
  };
}
