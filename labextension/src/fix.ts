/** Fixes as they stand in a report: pure functions, so that they can be tested without a notebook. */

import type { IStoredReport } from './wire';

/** A patch of a whole cell. */
export interface IFix {
  /** The cell that it was made for; it must not hit another. */
  expected: string;
  patched: string;
  /** Whether that is another cell than the one that was diagnosed. */
  isElsewhere: boolean;
  /** Whether it helped a copy of the model. */
  isProved: boolean;
}

/** A replacement of part of a text. */
export interface IEdit {
  start: number;
  end: number;
  text: string;
}

/** Fixes that were tried and did not help are told, but not offered. */
export const DID_NOT_HELP = ['no effect', 'worse'];

/** The fix of a finding's treatment, null where none is offered. */
export function fixOf(report: IStoredReport | null, number: number, place: number): IFix | null {
  const treatment = report?.findings[number]?.treatments[place];
  const outcome = treatment?.trial?.outcome ?? '';
  if (!report || typeof treatment?.patched !== 'string' || DID_NOT_HELP.includes(outcome)) {
    return null;
  }
  const { cell = '', patched } = treatment;
  return {
    expected: cell === '' ? report.source : cell,
    patched,
    isElsewhere: cell !== '',
    isProved: outcome === 'helps'
  };
}

/** The fix that a button stands for ("2:0": first treatment of the third finding). */
export function fixAt(report: IStoredReport | null, place: string): IFix | null {
  const [number, treatment] = place.split(':').map(Number);
  return number === undefined || treatment === undefined ? null : fixOf(report, number, treatment);
}

/** Of the texts of all cells, the place of the one that a fix for another cell is made for. */
export function placeOf(sources: readonly string[], fix: IFix): number {
  const place = sources.lastIndexOf(fix.expected);
  return place === -1 ? sources.lastIndexOf(fix.patched) : place;
}

/** What a fix does to a cell: the smallest edit, or why it is refused. */
export function editOf(source: string, fix: IFix): IEdit | 'done' | 'changed' {
  if (source === fix.patched) {
    return 'done';
  }
  return source === fix.expected ? smallestEdit(source, fix.patched) : 'changed';
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
