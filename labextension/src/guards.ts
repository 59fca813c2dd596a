/** Small type guards, and how to make a large one of them. */

export type Guard<T> = (value: unknown) => value is T;

export const isText: Guard<string> = (value): value is string => typeof value === 'string';

export const isNumber: Guard<number> = (value): value is number => typeof value === 'number';

export const isFlag: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';

export function orNull<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

/** Of a field that messages of old lack. */
export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

export function exactly<T extends string>(...texts: T[]): Guard<T> {
  return (value): value is T => texts.some(text => text === value);
}

export function listOf<T>(guard: Guard<T>): Guard<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(item => guard(item));
}

export function threeOf<T>(guard: Guard<T>): Guard<[T, T, T]> {
  return (value): value is [T, T, T] => listOf(guard)(value) && value.length === 3;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Guards by field name; fields beyond these are allowed, so that a message may grow. */
export function shape<T>(fields: { [K in keyof T]-?: Guard<T[K]> }): Guard<T> {
  return (value): value is T =>
    isObject(value) &&
    Object.entries<Guard<unknown>>(fields).every(([name, guard]) => guard(value[name]));
}
