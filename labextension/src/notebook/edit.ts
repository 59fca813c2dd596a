/** What a patch does to the text of a cell: pure functions, to be tested without a notebook. */

import type { IPatch } from '../report/wire';

/** A replacement of part of a text. */
export interface IEdit {
  start: number;
  end: number;
  text: string;
}

/** Of the texts of all cells, the place of the one that a patch for another cell is made for. */
export function placeOf(sources: readonly string[], patch: IPatch): number {
  const place = sources.lastIndexOf(patch.expected);
  return place === -1 ? sources.lastIndexOf(patch.patched) : place;
}

/** What a patch does to a cell: the smallest edit, or why it is refused. */
export function editOf(source: string, patch: IPatch): IEdit | 'done' | 'changed' {
  if (source === patch.patched) {
    return 'done';
  }
  return source === patch.expected ? smallestEdit(source, patch.patched) : 'changed';
}

/** The shortest replacement that turns one text into the other; the cursor elsewhere stays. */
export function smallestEdit(before: string, after: string): IEdit {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) {
    start += 1;
  }
  let tail = 0;
  while (
    tail < most - start &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1;
  }
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
