/**
 * Something that is made when it is first asked for, once; asked for again after it could not be made, it is tried
 * again.
 */
export class Lazy<T> {
  private making: Promise<T> | undefined;
  private value: T | undefined;

  constructor(private readonly make: () => Promise<T>) {}

  /** What there is of it: `undefined` until it was asked for and is ready. */
  get made(): T | undefined {
    return this.value;
  }

  get(): Promise<T> {
    this.making ??= this.make().then(
      (value) => (this.value = value),
      (error: unknown) => {
        this.making = undefined;
        throw error;
      },
    );
    return this.making;
  }
}
