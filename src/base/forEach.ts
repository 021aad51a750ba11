/** Does something with every item, also when it fails with one; throws the first of the errors at the end. */
export function forEach<T>(items: Iterable<T>, action: (item: T) => void): void {
  const failures: { readonly error: unknown }[] = [];
  for (const item of items) {
    try {
      action(item);
    } catch (error) {
      failures.push({ error });
    }
  }
  const [first] = failures;
  if (first) throw first.error;
}
