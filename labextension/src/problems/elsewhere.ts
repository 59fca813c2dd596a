/** A line of another cell, which the cause of a finding stands in. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IElsewhere } from '../report/wire';

/** A code cell as far as a line is sought in it. */
export interface ISought {
  /** The number in brackets beside it, null where it was not run. */
  count: number | null;
  source: string;
}

export function soughtIn(cell: ICodeCellModel): ISought {
  return { count: cell.executionCount, source: cell.sharedModel.getSource() };
}

/** The line with that text: where it was, else the only one; null without. */
function lineWith(source: string, { line, text }: IElsewhere): number | null {
  const lines = source.split('\n').map(one => one.trim());
  if (text === '' || lines[line - 1] === text) {
    return text === '' ? null : line;
  }
  const first = lines.indexOf(text);
  return first >= 0 && first === lines.lastIndexOf(text) ? first + 1 : null;
}

/**
 * The place of the cell and the line, from 1; null where it cannot be told.
 *
 * It is the cell with that number that has the line. Where that was run again, and so has another
 * number, it is the only other cell that has the very line at its place.
 */
export function placeElsewhere(
  cells: readonly ISought[],
  diagnosed: number,
  of: IElsewhere
): [number, number] | null {
  const others = cells.flatMap((cell, place) => (place === diagnosed ? [] : [{ cell, place }]));
  for (const { cell, place } of others) {
    const line = cell.count === of.number ? lineWith(cell.source, of) : null;
    if (line !== null) {
      return [place, line];
    }
  }
  const same = others.filter(
    ({ cell }) => cell.source.split('\n')[of.line - 1]?.trim() === of.text
  );
  const [only, ...more] = of.text === '' ? [] : same;
  return only && more.length === 0 ? [only.place, of.line] : null;
}
