/** Marks beside the lines that findings name, in every open notebook. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { codeCells } from '../notebook/cells';
import { placeElsewhere, soughtIn } from './elsewhere';
import { linesOf, type MarkedLine, marksAt } from './markedLines';
import { type IMark, Marks } from './marks';
import { SHOW_PROBLEMS } from './commands';
import type { ProblemList } from './list';
import { IProblems } from './plugin';
import { reportsOf } from '../notebook/storedReports';
import { ISettings, type Settings } from '../settings';

function isCodeCell(model: CodeEditor.IModel): boolean {
  return 'type' in model && model.type === 'code';
}

/** The marks of every code cell: a problem may name a line of an earlier one. */
function marksIn(notebook: NotebookPanel, list: ProblemList): [ICodeCellModel, IMark[]][] {
  const cells = [...codeCells(notebook)].map(([, cell]) => cell);
  const sought = cells.map(soughtIn);
  const marked = cells.map((): MarkedLine[] => []);
  for (const { cellId, problems } of list.in(notebook)) {
    const at = cells.findIndex(({ id }) => id === cellId);
    const now = sought[at]?.source ?? '';
    const before = (cells[at] && reportsOf(cells[at]).at(0)?.payload.report?.source) ?? now;
    for (const problem of problems) {
      marked[at]?.push(...linesOf(problem, before, now).map(line => [problem, line] as const));
      const { elsewhere } = problem.finding;
      const there = elsewhere ? placeElsewhere(sought, at, elsewhere) : null;
      if (there) {
        marked[there[0]]?.push([problem, there[1]]);
      }
    }
  }
  return cells.map((cell, place) => [cell, marksAt(marked[place] ?? [])]);
}

export const marking: JupyterFrontEndPlugin<void> = {
  id: 'nbdoctor:marking',
  description: 'Marks the lines of cells that findings name.',
  autoStart: true,
  requires: [INotebookTracker, IEditorExtensionRegistry, IProblems, ISettings],
  activate: (
    { commands }: JupyterFrontEnd,
    tracker: INotebookTracker,
    editors: IEditorExtensionRegistry,
    list: ProblemList,
    set: Settings
  ) => {
    const marks = new Marks(key => {
      void commands.execute(SHOW_PROBLEMS, { problem: key });
    });
    editors.addExtension({
      name: 'nbdoctor:marks',
      factory: ({ model }) =>
        isCodeCell(model)
          ? EditorExtensionRegistry.createImmutableExtension(marks.extension(model))
          : null
    });
    const mark = (notebook: NotebookPanel): void => {
      for (const [cell, found] of marksIn(notebook, list)) {
        marks.set(cell, set.now.marks ? found : []);
      }
    };
    list.reported.connect((_, notebook) => {
      mark(notebook);
    });
    set.changed.connect(() => {
      tracker.forEach(mark);
    });
  }
};
