/** "Diagnose cell", with and without training: in the toolbar, the Run menu and the palette. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { missingMagic } from './diagnoseCell';
import type { IEdit } from './edit';
import { diagnoseIcon } from '../icon';
import { problemWith } from './kernel';
import { remark } from './remark';
import { magicOptions } from '../preferences';
import { ISettings, type Settings } from '../settings';
import { edit, isLocked } from './source';

export const DIAGNOSE_CELL = 'nbdoctor:diagnose-cell';
const WITHOUT_TRAINING = 'nbdoctor:diagnose-without-training';

/** Heading of all our commands in the palette. */
export const CATEGORY = 'nbdoctor';

/** How long the kernel may take to answer before that is remarked on, in milliseconds. */
const PATIENCE = 1000;

/** What keeps this cell from being diagnosed whatever the kernel, "" when nothing does. */
function problemWithCell(cell: Cell, change: IEdit | null, trans: TranslationBundle): string {
  if (cell.model.sharedModel.getSource().trim() === '') {
    return trans.__('This cell is empty: there is nothing to diagnose.');
  }
  return isLocked(cell.model) && change
    ? trans.__('This cell cannot be edited, so %%diagnose cannot be put on it.')
    : '';
}

async function diagnose(
  { content, sessionContext }: NotebookPanel,
  cell: Cell,
  missing: (source: string) => IEdit | null,
  trans: TranslationBundle
): Promise<void> {
  const change = (): IEdit | null => missing(cell.model.sharedModel.getSource());
  const refused = problemWithCell(cell, change(), trans);
  if (refused !== '') {
    remark('info', refused);
    return;
  }
  await sessionContext.ready;
  // It runs another cell, or reads our code for the first time: its status does not tell which.
  const busy = window.setTimeout(() => {
    const said = trans.__('Waiting for the kernel. The cell is diagnosed when it is free.');
    remark('info', said);
  }, PATIENCE);
  const problem = await problemWith(sessionContext.session?.kernel, trans).finally(() => {
    window.clearTimeout(busy);
  });
  if (problem !== '') {
    Notification.error(problem, { autoClose: false });
  } else if (!cell.isDisposed) {
    const late = change();
    if (late) {
      edit(cell.model, late);
    }
    await NotebookActions.runCells(content, [cell], sessionContext);
  }
}

function addCommands(
  { commands }: JupyterFrontEnd,
  tracker: INotebookTracker,
  set: Settings,
  trans: TranslationBundle
): void {
  const isEnabled = (): boolean => tracker.activeCell?.model.type === 'code';
  const execute = (isDryRun: boolean) => async (): Promise<void> => {
    const { currentWidget, activeCell } = tracker;
    if (currentWidget && activeCell?.model.type === 'code') {
      const options = magicOptions(set.now);
      const missing = (source: string): IEdit | null => missingMagic(source, options, isDryRun);
      await diagnose(currentWidget, activeCell, missing, trans);
    }
  };
  commands.addCommand(DIAGNOSE_CELL, {
    label: trans.__('Diagnose cell'),
    caption: trans.__('Diagnose cell: see why its model does not learn'),
    icon: diagnoseIcon,
    isEnabled,
    isVisible: args => args.toolbar !== true || set.now.toolbarButton,
    execute: execute(false)
  });
  commands.addCommand(WITHOUT_TRAINING, {
    label: trans.__("Diagnose cell, don't train"),
    caption: trans.__('See what is wrong before training begins, and stop there'),
    isEnabled,
    execute: execute(true)
  });
  tracker.activeCellChanged.connect(() => {
    commands.notifyCommandChanged(DIAGNOSE_CELL);
    commands.notifyCommandChanged(WITHOUT_TRAINING);
  });
  set.changed.connect(() => {
    commands.notifyCommandChanged(DIAGNOSE_CELL);
  });
}

export const commands: JupyterFrontEndPlugin<void> = {
  id: 'nbdoctor:commands',
  description: 'Adds the commands that diagnose a cell.',
  autoStart: true,
  requires: [INotebookTracker, ISettings],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    set: Settings,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    addCommands(app, tracker, set, (translator ?? nullTranslator).load('nbdoctor'));
    for (const command of [DIAGNOSE_CELL, WITHOUT_TRAINING]) {
      palette?.addItem({ command, category: CATEGORY });
    }
  }
};
