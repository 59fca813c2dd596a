/** Readers of data that may be anything: each gives a checked copy within bounds, or throws. */

import { isFlag, isObject, isText } from '../guards';

/** Thrown where a value is not what it has to be; `readPayload` makes a sentence of it. */
export class Unreadable extends Error {}

/** What one report may still take: a forged one can be far larger than a page can hold. */
export interface IRemaining {
  /** Items of all lists together. */
  items: number;
  /** Letters of all texts together. */
  letters: number;
}

export type Reader<T> = (value: unknown, remaining: IRemaining) => T;

export const number: Reader<number> = value => {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new Unreadable();
  }
  return value;
};

/** Of lines and places: a number that counts something. */
export const count: Reader<number> = value => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new Unreadable();
  }
  return value as number;
};

/** Of nothing: where a list may have no items. */
export const none: Reader<never> = () => {
  throw new Unreadable();
};

export const flag: Reader<boolean> = value => {
  if (!isFlag(value)) {
    throw new Unreadable();
  }
  return value;
};

/** "4,900": as the report's own words write numbers. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** A text of at most so many letters; of a longer one its reader is told. */
export function text(most: number): Reader<string> {
  return (value, remaining) => {
    if (!isText(value)) {
      throw new Unreadable();
    }
    const kept = value.slice(0, Math.min(most, Math.max(0, remaining.letters)));
    remaining.letters -= kept.length;
    const left = value.length - kept.length;
    return left === 0 ? kept : `${kept}… (${grouped(left)} more characters are not shown)`;
  };
}

/** A text that is of use only when it is whole. */
export function whole(most: number): Reader<string> {
  return (value, remaining) => {
    if (!isText(value) || value.length > Math.min(most, remaining.letters)) {
      throw new Unreadable();
    }
    remaining.letters -= value.length;
    return value;
  };
}

export function exactly<T extends string>(...texts: T[]): Reader<T> {
  return value => {
    const found = texts.find(one => one === value);
    if (found === undefined) {
      throw new Unreadable();
    }
    return found;
  };
}

export function orNull<T>(reader: Reader<T>): Reader<T | null> {
  return (value, remaining) => (value === null ? null : reader(value, remaining));
}

/** Of a field that messages of old lack. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, remaining) => (value === undefined ? undefined : reader(value, remaining));
}

/** At most so many items; `more` says in one more item how many are left out. */
export function listOf<T>(
  reader: Reader<T>,
  most: number,
  more: (left: number, all: unknown[]) => T | null = () => null
): Reader<T[]> {
  return (value, remaining) => {
    if (!Array.isArray(value)) {
      throw new Unreadable();
    }
    const items: T[] = [];
    for (const item of value.slice(0, most) as unknown[]) {
      if (remaining.items <= 0) {
        break;
      }
      remaining.items -= 1;
      items.push(reader(item, remaining));
    }
    const left = value.length - items.length;
    const said = left > 0 ? more(left, value) : null;
    return said === null ? items : [...items, said];
  };
}

/** Readers by field name; other fields are left out, so that a message may grow. */
export function shape<T>(fields: { [K in keyof T]-?: Reader<T[K]> }): Reader<T> {
  const readers = Object.entries<Reader<unknown>>(fields);
  return (value, remaining) => {
    if (!isObject(value)) {
      throw new Unreadable();
    }
    const own = (name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined);
    const read = readers.map(([name, reader]) => [name, reader(own(name), remaining)] as const);
    return Object.fromEntries(read.filter(([, field]) => field !== undefined)) as T;
  };
}
