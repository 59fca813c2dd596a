/** Codes of DEFLATE (RFC 1951): which bits stand for which symbol, and symbols for which number. */

/** Thrown where the bytes are not what DEFLATE writes, or become more than was allowed. */
export class NotDeflated extends Error {}

export const LONGEST_CODE = 15;
/** The smallest value of each symbol, and how many more bits say the rest: of lengths... */
export const LENGTHS = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258
];
export const LENGTH_BITS = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
];

/** ... and of distances. */
export const DISTANCES = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12289, 16385, 24577
];
export const DISTANCE_BITS = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13
];

/** Codes of symbols: how many there are of each length, and the symbols in the order of codes. */
export interface ICodes {
  counts: number[];
  symbols: number[];
}

export function at(values: ArrayLike<number>, place: number): number {
  const found = values[place];
  if (found === undefined) {
    throw new NotDeflated();
  }
  return found;
}

export function codesOf(lengths: readonly number[]): ICodes {
  const counts = new Array<number>(LONGEST_CODE + 1).fill(0);
  for (const length of lengths) {
    counts[length] = at(counts, length) + 1;
  }
  counts[0] = 0;
  const symbols = lengths
    .map((length, symbol) => ({ length, symbol }))
    .filter(({ length }) => length > 0)
    .sort((one, other) => one.length - other.length || one.symbol - other.symbol)
    .map(({ symbol }) => symbol);
  return { counts, symbols };
}

export function fixedCodes(): [ICodes, ICodes] {
  const spans = [
    [144, 8],
    [112, 9],
    [24, 7],
    [8, 8]
  ] as const;
  const literal = spans.flatMap(([many, length]) => new Array<number>(many).fill(length));
  return [codesOf(literal), codesOf(new Array<number>(30).fill(5))];
}
