/** What happens when a fix is asked for, wherever its button stands. */

import { Clipboard, Notification } from '@jupyterlab/apputils';
import type { ICellModel } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IFix } from './fix';
import type { IAsked } from './offer';
import { apply } from './source';

/** How long a passing remark stays, in milliseconds. */
const REMARK = 5000;

/** Apply a fix and say what became of it. Nothing is run. */
export function applyAndTell(cell: ICellModel, fix: IFix, trans: TranslationBundle): boolean {
  const { isApplied, says } = apply(cell, fix, trans);
  if (isApplied) {
    Notification.success(says, { autoClose: REMARK });
  } else {
    Notification.warning(says, { autoClose: REMARK });
  }
  return isApplied;
}

/** Put the patched cell into the clipboard. */
export function copyAndTell(fix: IFix, trans: TranslationBundle): void {
  Clipboard.copyToSystem(fix.patched);
  const said = trans.__('Copied: the whole cell with this change.');
  Notification.info(said, { autoClose: REMARK });
}

/** Do what a button under a fix asks for. */
export function answer(
  { action }: IAsked,
  fix: IFix,
  cell: ICellModel | null,
  trans: TranslationBundle
): void {
  if (action === 'copy') {
    copyAndTell(fix, trans);
  } else if (cell) {
    applyAndTell(cell, fix, trans);
  } else {
    const said = fix.isElsewhere
      ? trans.__('Not applied: no cell has the text any more that this change was made for.')
      : trans.__('Not applied: the cell of this report is in no open notebook.');
    Notification.warning(said, { autoClose: REMARK });
  }
}
