/** The commands that export a report. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import type { ICodeCellModel } from '@jupyterlab/cells';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { codeCells } from './cells';
import { CATEGORY } from './commands';
import { remark } from './remark';
import { fileOf, FORMATS, type Format, save } from '../report/exportFile';
import { exactly } from '../guards';
import type { IStored } from '../report/wire';
import { reportsOf } from './storedReports';

const EXPORT = 'nbdoctor:export-report';

const NAMES: Record<Format, string> = { html: 'HTML', json: 'JSON', markdown: 'Markdown' };

/** The report of the active cell, else the first of the notebook. */
function chosen(notebook: NotebookPanel | null): IStored | undefined {
  if (!notebook) {
    return undefined;
  }
  const active = notebook.content.activeCell?.model;
  const cells = [...codeCells(notebook)].map(([, cell]) => cell);
  const first = active?.type === 'code' ? [active as ICodeCellModel] : [];
  for (const cell of [...first, ...cells]) {
    const report = reportsOf(cell).at(-1);
    if (report) {
      return report;
    }
  }
  return undefined;
}

export const exporting: JupyterFrontEndPlugin<void> = {
  id: 'nbdoctor:exporting',
  description: 'Adds the commands that export a report.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette, ITranslator],
  activate: (
    { commands }: JupyterFrontEnd,
    tracker: INotebookTracker,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('nbdoctor');
    const format = (value: unknown): Format => (exactly(...FORMATS)(value) ? value : 'html');
    commands.addCommand(EXPORT, {
      label: args => trans.__('Export report as %1', NAMES[format(args.format)]),
      caption: trans.__('Save the report of the active cell, or the first of the notebook'),
      isEnabled: () => chosen(tracker.currentWidget) !== undefined,
      execute: args => {
        const notebook = tracker.currentWidget;
        const stored = chosen(notebook);
        if (notebook && stored) {
          const file = fileOf(stored, format(args.format), notebook.context.path);
          if (file) {
            save(file);
          } else {
            const said = trans.__('Not exported: the data of this report cannot be read.');
            remark('warning', said);
          }
        }
      }
    });
    for (const name of FORMATS) {
      palette?.addItem({ command: EXPORT, args: { format: name }, category: CATEGORY });
    }
  }
};
