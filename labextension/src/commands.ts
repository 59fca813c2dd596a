/** The command "Diagnose cell": in the toolbar, the Run menu and the command palette. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { missingMagic } from './diagnoseCell';
import { diagnoseIcon } from './icon';
import { problemWith } from './kernel';

const DIAGNOSE_CELL = 'nbdoctor:diagnose-cell';

/** How long a passing remark stays, in milliseconds. */
const REMARK = 5000;

/** How long the kernel may take to answer before that is remarked on, in milliseconds. */
const PATIENCE = 1000;

/** Put the magic on the cell, as a step of its own for undo. */
function putMagic(cell: Cell): void {
  const source = cell.model.sharedModel;
  // Typing within half a second is one step; closing the step before and after keeps it apart.
  const undo = 'undoManager' in source ? source.undoManager : null;
  const closeStep = (): void => (undo as { stopCapturing(): void } | null)?.stopCapturing();
  closeStep();
  source.updateSource(0, 0, missingMagic(source.getSource()));
  closeStep();
}

/** What keeps this cell from being diagnosed whatever the kernel, "" when nothing does. */
function problemWithCell(cell: Cell, trans: TranslationBundle): string {
  const source = cell.model.sharedModel.getSource();
  if (source.trim() === '') {
    return trans.__('This cell is empty: there is nothing to diagnose.');
  }
  const locked = cell.model.getMetadata('editable') === false;
  return locked && missingMagic(source) !== ''
    ? trans.__('This cell cannot be edited, so %%diagnose cannot be put on it.')
    : '';
}

async function diagnose(
  { content, sessionContext }: NotebookPanel,
  cell: Cell,
  trans: TranslationBundle
): Promise<void> {
  const refused = problemWithCell(cell, trans);
  if (refused !== '') {
    Notification.info(refused, { autoClose: REMARK });
    return;
  }
  await sessionContext.ready;
  const busy = window.setTimeout(() => {
    const said = trans.__('The kernel is busy. The cell is diagnosed when it is free.');
    Notification.info(said, { autoClose: REMARK });
  }, PATIENCE);
  const problem = await problemWith(sessionContext.session?.kernel, trans).finally(() => {
    window.clearTimeout(busy);
  });
  if (problem !== '') {
    Notification.error(problem, { autoClose: false });
  } else if (!cell.isDisposed) {
    putMagic(cell);
    await NotebookActions.runCells(content, [cell], sessionContext);
  }
}

export const commands: JupyterFrontEndPlugin<void> = {
  id: 'nbdoctor:commands',
  description: 'Adds the command that diagnoses a cell.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('nbdoctor');
    app.commands.addCommand(DIAGNOSE_CELL, {
      label: trans.__('Diagnose cell'),
      caption: trans.__('Diagnose cell: see why its model does not learn'),
      icon: diagnoseIcon,
      isEnabled: () => tracker.activeCell?.model.type === 'code',
      execute: async () => {
        const { currentWidget, activeCell } = tracker;
        if (currentWidget && activeCell?.model.type === 'code') {
          await diagnose(currentWidget, activeCell, trans);
        }
      }
    });
    tracker.activeCellChanged.connect(() => {
      app.commands.notifyCommandChanged(DIAGNOSE_CELL);
    });
    palette?.addItem({ command: DIAGNOSE_CELL, category: 'nbdoctor' });
  }
};
