/** Reads what DEFLATE (RFC 1951) has compressed: browsers can do it, but only later, and lists of
 * reports are read at once. */

import { Bits } from './bits';
import {
  at,
  codesOf,
  DISTANCE_BITS,
  DISTANCES,
  fixedCodes,
  type ICodes,
  LENGTH_BITS,
  LENGTHS,
  NotDeflated
} from './codes';

/** Order in which the lengths of the codes of code lengths are written. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const END_OF_BLOCK = 256;

class Inflater {
  constructor(
    private readonly _from: Bits,
    private readonly _most: number
  ) {}

  all(): Uint8Array {
    let isLast = false;
    while (!isLast) {
      isLast = this._from.bits(1) === 1;
      this._block(this._from.bits(2));
    }
    return this._to.subarray(0, this._size);
  }

  private _block(kind: number): void {
    switch (kind) {
      case 0:
        this._stored();
        return;
      case 1:
        this._compressed(...fixedCodes());
        return;
      case 2:
        this._compressed(...this._codes());
        return;
      default:
        throw new NotDeflated();
    }
  }

  private _stored(): void {
    this._from.align();
    const size = this._from.bits(16);
    this._from.bits(16); // its complement
    for (let left = size; left > 0; left--) {
      this._put(this._from.bits(8));
    }
  }

  private _codes(): [ICodes, ICodes] {
    const literals = this._from.bits(5) + 257;
    const distances = this._from.bits(5) + 1;
    const written = this._from.bits(4) + 4;
    const lengths = new Array<number>(ORDER.length).fill(0);
    for (const symbol of ORDER.slice(0, written)) {
      lengths[symbol] = this._from.bits(3);
    }
    const codes = codesOf(lengths);
    const found: number[] = [];
    while (found.length < literals + distances) {
      found.push(...this._lengths(this._from.symbol(codes), found.at(-1)));
    }
    return [
      codesOf(found.slice(0, literals)),
      codesOf(found.slice(literals, literals + distances))
    ];
  }

  /** The lengths that a symbol stands for: itself, or a repetition. */
  private _lengths(symbol: number, last: number | undefined): number[] {
    switch (symbol) {
      case 16:
        if (last === undefined) {
          throw new NotDeflated();
        }
        return new Array<number>(3 + this._from.bits(2)).fill(last);
      case 17:
        return new Array<number>(3 + this._from.bits(3)).fill(0);
      case 18:
        return new Array<number>(11 + this._from.bits(7)).fill(0);
      default:
        return [symbol];
    }
  }

  private _compressed(literals: ICodes, distances: ICodes): void {
    for (;;) {
      const symbol = this._from.symbol(literals);
      if (symbol === END_OF_BLOCK) {
        return;
      }
      if (symbol < END_OF_BLOCK) {
        this._put(symbol);
        continue;
      }
      const place = symbol - END_OF_BLOCK - 1;
      const length = at(LENGTHS, place) + this._from.bits(at(LENGTH_BITS, place));
      const far = this._from.symbol(distances);
      this._repeat(length, at(DISTANCES, far) + this._from.bits(at(DISTANCE_BITS, far)));
    }
  }

  private _repeat(length: number, distance: number): void {
    if (distance > this._size) {
      throw new NotDeflated();
    }
    for (let left = length; left > 0; left--) {
      this._put(at(this._to, this._size - distance));
    }
  }

  private _put(byte: number): void {
    if (this._size >= this._most) {
      throw new NotDeflated();
    }
    if (this._size === this._to.length) {
      const larger = new Uint8Array(Math.min(2 * this._size, this._most));
      larger.set(this._to);
      this._to = larger;
    }
    this._to[this._size] = byte;
    this._size += 1;
  }

  private _to = new Uint8Array(1 << 16);
  private _size = 0;
}

/** What was compressed; throws `NotDeflated` where it is larger than `most` bytes. */
export function inflated(from: Uint8Array, most: number): Uint8Array {
  return new Inflater(new Bits(from), most).all();
}
