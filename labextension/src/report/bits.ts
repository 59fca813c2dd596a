/** Bytes read bit by bit, the lowest first, as DEFLATE writes them. */

import { at, type ICodes, LONGEST_CODE, NotDeflated } from './codes';

export class Bits {
  constructor(private readonly _from: Uint8Array) {}

  /** The next so many bits as a number. */
  bits(wanted: number): number {
    while (this._many < wanted) {
      this._held |= at(this._from, this._next) << this._many;
      this._next += 1;
      this._many += 8;
    }
    const found = this._held & ((1 << wanted) - 1);
    this._held >>>= wanted;
    this._many -= wanted;
    return found;
  }

  /** Leave out what is left of a byte. */
  align(): void {
    this._held = 0;
    this._many = 0;
  }

  /** The symbol whose code comes next. */
  symbol({ counts, symbols }: ICodes): number {
    let code = 0;
    let first = 0;
    let place = 0;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      code = (code << 1) | this.bits(1);
      const many = at(counts, length);
      if (code - first < many) {
        return at(symbols, place + code - first);
      }
      place += many;
      first = (first + many) << 1;
    }
    throw new NotDeflated();
  }

  private _held = 0;
  private _many = 0;
  private _next = 0;
}
