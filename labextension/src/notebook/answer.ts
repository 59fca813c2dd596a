/** What happens when a fix is asked for, wherever its button stands. */

import { Clipboard } from '@jupyterlab/apputils';
import { NotebookActions } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type IChange, isSame, takeBack, write } from './change';
import { doneWords, obstacleWords } from './changeWords';
import { type Action, asked, redraw } from './changeView';
import { remark } from './remark';

/** Write what was shown, unless it is another now, and say what became of it. Nothing is run. */
export function apply(shown: IChange, now: IChange, trans: TranslationBundle): void {
  if (!isSame(shown, now)) {
    const why = obstacleWords(now, trans);
    const said = trans.__('Not applied: the cell has changed, so the fix is shown again. %1', why);
    remark('warning', said.trim());
  } else if (write(now)) {
    remark('success', doneWords(now, trans));
    if (now.patch.isElsewhere) {
      now.target?.show();
    }
  } else {
    const said = trans.__('Not applied. %1', obstacleWords(now, trans));
    remark('warning', said);
  }
}

/** Put the patched cell into the clipboard, where all that it changes was shown. */
function copy(shown: IChange, now: IChange, trans: TranslationBundle): void {
  if (!isSame(shown, now) || !now.mayCopy) {
    const said = trans.__('Not copied: the cell has changed, so the fix is shown again.');
    remark('warning', said);
    return;
  }
  Clipboard.copyToSystem(now.patch.patched);
  const said = trans.__('Copied: the whole cell with this change.');
  remark('info', said);
}

/** Take the change back, where it is in its cell as it was made. */
function undo(shown: IChange, now: IChange, trans: TranslationBundle): void {
  const isBack = isSame(shown, now) && takeBack(now);
  const said = isBack
    ? trans.__('Taken back: the cell is as it was.')
    : trans.__('Not taken back: the cell has changed.');
  remark(isBack ? 'success' : 'warning', said);
}

/** Run the changed cell, and then the diagnosed one. */
function run({ target }: IChange): void {
  if (target?.toRun) {
    const { notebook, cells } = target.toRun;
    const { content, sessionContext } = notebook;
    const widgets = cells.flatMap(cell => content.widgets.filter(({ model }) => model === cell));
    void NotebookActions.runCells(content, widgets, sessionContext);
  }
}

type Deed = (shown: IChange, now: IChange, trans: TranslationBundle) => void;

const DEEDS: Record<Action, Deed> = {
  apply,
  copy,
  undo,
  show: (_, { target }) => target?.show(),
  run: (_, now) => {
    run(now);
  }
};

/** Do what a click asks for, where it hit a button of a change. */
export function answer(event: Event, trans: TranslationBundle): void {
  const wanted = asked(event);
  if (wanted) {
    const { shown, now } = wanted.of;
    DEEDS[wanted.action](shown, now(), trans);
    redraw(wanted.of, trans);
  }
}
