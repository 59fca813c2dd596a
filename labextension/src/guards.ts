/** Small type guards. */

export type Guard<T> = (value: unknown) => value is T;

export const isText: Guard<string> = (value): value is string => typeof value === 'string';

export const isNumber: Guard<number> = (value): value is number => typeof value === 'number';

export const isFlag: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';

export function exactly<T extends string>(...texts: T[]): Guard<T> {
  return (value): value is T => texts.some(text => text === value);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
