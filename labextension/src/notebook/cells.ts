/** Cells of notebooks. All cells are in the model; widgets come and go. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type IChange, changeOf, type ITarget } from './change';
import { placeOf } from './edit';
import type { IPatch } from '../report/wire';
import { edit, isLocked } from './source';

/** A cell and the notebook that it stands in. */
export interface IPlace {
  notebook: NotebookPanel;
  cell: ICodeCellModel;
}

/** The code cells of a notebook with their places, from top to bottom. */
export function* codeCells({ content }: NotebookPanel): Generator<[number, ICodeCellModel]> {
  for (const [index, cell] of [...(content.model?.cells ?? [])].entries()) {
    if (cell.type === 'code') {
      yield [index, cell as ICodeCellModel];
    }
  }
}

/**
 * The cell whose output this is, also where a view of its own shows it.
 *
 * What a report says about its cell is not asked: it could name the cell of another notebook.
 */
export function cellOf(notebooks: INotebookTracker, output: unknown): IPlace | null {
  const found: IPlace[] = [];
  notebooks.forEach(notebook => {
    for (const [, cell] of codeCells(notebook)) {
      const { outputs } = cell;
      for (let place = 0; place < outputs.length; place++) {
        if (outputs.get(place) === output) {
          found.push({ notebook, cell });
        }
      }
    }
  });
  return found[0] ?? null;
}

/**
 * Go to a cell, with the keyboard.
 *
 * The focus leaves the button that was clicked: JupyterLab makes the cell that has the focus the
 * active one. A cell far away has no node that could take it before it is scrolled to.
 */
async function show({ content }: NotebookPanel, index: number): Promise<void> {
  if (document.activeElement instanceof HTMLElement) {
    document.activeElement.blur();
  }
  content.activeCellIndex = index;
  content.mode = 'command';
  await content.scrollToItem(index, 'smart');
  if (content.activeCellIndex === index) {
    content.activate();
  }
}

function targetAt(
  { notebook, cell: diagnosed }: IPlace,
  index: number,
  cell: ICodeCellModel,
  trans: TranslationBundle
): ITarget {
  const { executionCount: count } = cell;
  return {
    id: cell.id,
    name:
      typeof count === 'number'
        ? trans.__('cell [%1]', count)
        : trans.__('cell %1 from the top', index + 1),
    source: cell.sharedModel.getSource(),
    isLocked: isLocked(cell),
    write: change => {
      edit(cell, change);
    },
    show: () => {
      void show(notebook, index);
    },
    toRun: { notebook, cells: cell === diagnosed ? [cell] : [cell, diagnosed] }
  };
}

/** The cell that a patch belongs into: the diagnosed one, or another with the text it was made for. */
function targetOf(from: IPlace, patch: IPatch, trans: TranslationBundle): ITarget | null {
  const { notebook, cell: diagnosed } = from;
  const cells = [...codeCells(notebook)];
  const sources = cells.map(([, cell]) => cell.sharedModel.getSource());
  const place = patch.isElsewhere
    ? placeOf(sources, patch)
    : cells.findIndex(([, cell]) => cell === diagnosed);
  const found = cells[place];
  return found ? targetAt(from, ...found, trans) : null;
}

/** What a patch does now, in the notebook of the cell that shows its report. */
export function changeIn(place: IPlace | null, patch: IPatch, trans: TranslationBundle): IChange {
  const isOpen = place !== null && !place.notebook.isDisposed;
  return changeOf(patch, {
    isTrusted: place?.cell.trusted === true,
    isOpen,
    target: isOpen ? targetOf(place, patch, trans) : null
  });
}

/** The notebook that shows an element. */
export function notebookOf(notebooks: INotebookTracker, node: Node): NotebookPanel | undefined {
  return notebooks.find(panel => panel.node.contains(node));
}

/** The cell of a notebook with that id. */
export function cellWith(notebook: NotebookPanel, id: string): ICodeCellModel | undefined {
  return [...codeCells(notebook)].find(([, cell]) => cell.id === id)?.[1];
}
