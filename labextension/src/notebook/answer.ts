/** What happens when a fix is asked for, wherever its button stands. */

import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type IChange, isSame, write } from './change';
import { doneWords, obstacleWords } from './changeWords';
import { asked, redraw } from './changeView';
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

/** Do what a click asks for, where it hit a button of a change. */
export function answer(event: Event, trans: TranslationBundle): void {
  const wanted = asked(event);
  if (wanted) {
    const { shown, now } = wanted.of;
    (wanted.action === 'copy' ? copy : apply)(shown, now(), trans);
    redraw(wanted.of, trans);
  }
}
