/** Tells whether a value that came from outside has the shape `T`. */
export type Shape<T> = (value: unknown) => value is T;
type ShapeOf<S> = S extends Shape<infer T> ? T : never;

/** Longer texts and lists are nobody's message. */
const MAX_TEXT = 4000;
const MAX_ITEMS = 20_000;

export const text: Shape<string> = (value): value is string =>
  typeof value === 'string' && value.length <= MAX_TEXT;
export const number: Shape<number> = (value): value is number =>
  typeof value === 'number' && Number.isFinite(value);
export const flag: Shape<boolean> = (value): value is boolean => typeof value === 'boolean';
export const nothing: Shape<null> = (value): value is null => value === null;

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number): Shape<number> {
  return (value): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return (value): value is T => (values as readonly unknown[]).includes(value);
}

export function listOf<T>(item: Shape<T>, max = MAX_ITEMS): Shape<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.length <= max && value.every(item);
}

export function either<A, B>(one: Shape<A>, other: Shape<B>): Shape<A | B> {
  return (value): value is A | B => one(value) || other(value);
}

/** Absent, or as `shape`. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value): value is T | undefined => value === undefined || shape(value);
}

type Fields = Readonly<Record<string, Shape<unknown>>>;
type OptionalKeys<F> = { [K in keyof F]: undefined extends ShapeOf<F[K]> ? K : never }[keyof F];
export type Message<F> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ShapeOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: Exclude<ShapeOf<F[K]>, undefined>;
};

/** An object with exactly these fields: any other one is refused. */
export function object<F extends Fields>(fields: F): Shape<Message<F>> {
  return (value): value is Message<F> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const given = value as Record<string, unknown>;
    return (
      Object.keys(given).every((key) => Object.hasOwn(fields, key)) &&
      Object.entries(fields).every(([key, shape]) =>
        shape(Object.hasOwn(given, key) ? given[key] : undefined),
      )
    );
  };
}

/** A table of messages by their `type`, and the check of what comes in against it. */
export function messages<const T extends Readonly<Record<string, Fields>>>(table: T): Shape<MessageOf<T>> {
  const shapes = new Map(Object.entries(table).map(([type, fields]) => [type, object(fields)]));
  return (value): value is MessageOf<T> => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return false;
    const { type, ...rest } = value as Record<string, unknown>;
    return typeof type === 'string' && (shapes.get(type)?.(rest) ?? false);
  };
}

/** Any message of a table: its `type` and its fields. */
export type MessageOf<T extends Readonly<Record<string, Fields>>> = {
  [K in keyof T]: { readonly type: K } & Message<T[K]>;
}[keyof T];
