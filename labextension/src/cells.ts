/** Cells of notebooks, found by what is shown or stored. All cells are in the model; widgets come and go. */

import type { ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { type IFix, placeOf } from './fix';

/** A cell and the notebook that it stands in. */
export interface IPlace {
  notebook: NotebookPanel;
  cell: ICellModel;
}

/** The code cells of a notebook with their places, from top to bottom. */
export function* codeCells({ content }: NotebookPanel): Generator<[number, ICodeCellModel]> {
  for (const [index, cell] of [...(content.model?.cells ?? [])].entries()) {
    if (cell.type === 'code') {
      yield [index, cell as ICodeCellModel];
    }
  }
}

/** The cell that a fix belongs into: the diagnosed one, or another with the text it was made for. */
export function targetOf(
  notebook: NotebookPanel | null | undefined,
  diagnosed: ICellModel | null,
  fix: IFix
): ICellModel | null {
  if (!fix.isElsewhere) {
    return diagnosed;
  }
  const cells = notebook ? [...codeCells(notebook)].map(([, cell]) => cell) : [];
  const sources = cells.map(cell => cell.sharedModel.getSource());
  return cells[placeOf(sources, fix)] ?? null;
}

/** The cell that shows `node`; where an output is shown elsewhere, the cell with that id. */
export function cellOf(
  notebooks: INotebookTracker,
  node: Node,
  id: string | null | undefined
): IPlace | null {
  const notebook = notebooks.find(panel => panel.node.contains(node));
  const cell = notebook?.content.widgets.find(widget => widget.node.contains(node))?.model;
  if (notebook && cell) {
    return { notebook, cell };
  }
  const has = (panel: NotebookPanel): boolean =>
    [...codeCells(panel)].some(([, other]) => other.id === id);
  const other = notebooks.find(has);
  const found = other && [...codeCells(other)].find(([, one]) => one.id === id);
  return found ? { notebook: other, cell: found[1] } : null;
}
