/** Goes to a line of a cell. */

import { type Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { lineNow } from './lines';
import type { IGroup, IProblem } from './problem';
import { reportsOf } from '../notebook/storedReports';
import { codeCells } from '../notebook/cells';

/** The line of the cell, from 1, that a problem names now; null where it names none. */
export function currentLine(notebook: NotebookPanel, group: IGroup, of: IProblem): number | null {
  const { line } = of.finding;
  const found = [...codeCells(notebook)].find(([, cell]) => cell.id === group.cellId);
  if (line === null || !found) {
    return null;
  }
  const now = found[1].sharedModel.getSource();
  const before = reportsOf(found[1]).at(0)?.payload.report?.source ?? now;
  return lineNow(before, now, line);
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
  const line = currentLine(notebook, group, problem);
  content.activeCellIndex = group.index;
  await content.scrollToItem(group.index, 'smart');
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
