/** Marks beside the lines that findings name, in every open notebook. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { codeCells } from '../notebook/cells';
import { marksOf } from './markedLines';
import { type IMark, Marks } from './marks';
import { SHOW_PROBLEMS } from './commands';
import type { ProblemList } from './list';
import { IProblems } from './plugin';
import { reportsOf } from '../notebook/storedReports';
import { ISettings, type Settings } from '../settings';

function isCodeCell(model: CodeEditor.IModel): boolean {
  return 'type' in model && model.type === 'code';
}

function marksIn(cell: ICodeCellModel, list: ProblemList, notebook: NotebookPanel): IMark[] {
  const group = list.in(notebook).find(({ cellId }) => cellId === cell.id);
  const now = cell.sharedModel.getSource();
  const before = reportsOf(cell).at(0)?.payload.report?.source ?? now;
  return group ? marksOf(group.problems, before, now) : [];
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
      for (const [, cell] of codeCells(notebook)) {
        marks.set(cell, set.now.marks ? marksIn(cell, list, notebook) : []);
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
