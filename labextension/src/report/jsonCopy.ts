/** Data that may be anything, copied as far as it is plain and within bounds. */

import { isObject } from '../guards';

const DEEPEST = 60;
const MOST_VALUES = 500_000;

class TooLarge extends Error {}

function copied(value: unknown, depth: number, remaining: { values: number }): unknown {
  remaining.values -= 1;
  if (depth > DEEPEST || remaining.values < 0) {
    throw new TooLarge();
  }
  if (Array.isArray(value)) {
    return value.map(item => copied(item, depth + 1, remaining));
  }
  if (isObject(value)) {
    const fields = Object.entries(value).filter(([name]) => name !== '__proto__');
    return Object.fromEntries(fields.map(([name, of]) => [name, copied(of, depth + 1, remaining)]));
  }
  return value;
}

/** The same data; null where it is larger or deeper than any that nbdoctor writes. */
export function plainCopy(value: unknown): unknown {
  try {
    return copied(value, 0, { values: MOST_VALUES });
  } catch (error) {
    if (error instanceof TooLarge) {
      return null;
    }
    throw error;
  }
}
