/** Goes to a line of a cell. */

import { type Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { placeElsewhere, soughtIn } from './elsewhere';
import { linesOf } from './markedLines';
import type { IGroup, IProblem } from './problem';
import { reportsOf } from '../notebook/storedReports';
import { codeCells } from '../notebook/cells';

/** The place of a cell in its notebook, and the line that a problem names now, null for none. */
export function currentPlace(
  notebook: NotebookPanel,
  group: IGroup,
  of: IProblem
): [number, number | null] {
  const cells = [...codeCells(notebook)];
  const at = cells.findIndex(([, cell]) => cell.id === group.cellId);
  const found = cells[at]?.[1];
  if (!found) {
    return [group.index, null];
  }
  const { elsewhere, line } = of.finding;
  const sought = cells.map(([, cell]) => soughtIn(cell));
  const there = elsewhere && line === null ? placeElsewhere(sought, at, elsewhere) : null;
  const other = there && cells[there[0]];
  if (there && other) {
    return [other[0], there[1]];
  }
  const now = found.sharedModel.getSource();
  const before = reportsOf(found).at(0)?.payload.report?.source ?? now;
  return [group.index, linesOf(of, before, now)[0] ?? null];
}

function place(cell: Cell, line: number): void {
  const at = { line: line - 1, column: 0 };
  cell.editor?.setCursorPosition(at);
  cell.editor?.revealPosition(at);
}

/** Show the cell of a problem with the cursor on its line; with `focus` the keyboard goes there. */
export async function reveal(
  notebook: NotebookPanel,
  group: IGroup,
  problem: IProblem,
  focus: boolean
): Promise<void> {
  const { content } = notebook;
  const [index, line] = currentPlace(notebook, group, problem);
  content.activeCellIndex = index;
  await content.scrollToItem(index, 'smart');
  const cell = content.activeCell;
  await cell?.ready;
  if (cell && line !== null) {
    place(cell, line);
  }
  if (focus) {
    content.mode = line === null ? 'command' : 'edit';
    content.activate();
  }
}
