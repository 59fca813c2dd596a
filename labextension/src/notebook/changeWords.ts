/** What is said about a change beside its lines. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { type IChange, MOST_LINES } from './change';

/** Why a change cannot be applied, and what to do; "" where it can. */
export function obstacleWords(change: IChange, trans: TranslationBundle): string {
  const { obstacle, patch } = change;
  switch (obstacle) {
    case null:
      return '';
    case 'untrusted':
      return trans.__(
        'This notebook is not trusted, so its fixes cannot be applied or copied. Run the cell ' +
          'again, or choose “Trust Notebook” in the command palette if you know where it comes from.'
      );
    case 'closed':
      return trans.__('The cell of this report is in no open notebook.');
    case 'gone':
      return trans.__('No cell has the text that this fix was made for any more.');
    case 'done':
      return appliedWords(change, trans);
    case 'changed':
      return patch.isElsewhere
        ? trans.__('That cell changed since it was diagnosed. Diagnose this one again first.')
        : trans.__('The cell changed since it was diagnosed. Diagnose it again to apply this.');
    case 'unseen':
      return trans.__(
        'This change brings characters that cannot be seen, so it cannot be applied or copied. ' +
          'They are named above.'
      );
    case 'large':
      return trans.__(
        'This change is longer than %1 lines can show, so it cannot be applied or copied here.',
        MOST_LINES
      );
    case 'locked':
      return trans.__('This cell cannot be edited, so the fix cannot be applied.');
  }
}

/** Where a change is that is in its cell. */
function appliedWords({ patch, target }: IChange, trans: TranslationBundle): string {
  return patch.isElsewhere && target
    ? trans.__('Applied: the fix is in %1. Run it and this cell to see the effect.', target.name)
    : trans.__('Applied: the fix is in the cell. Run it to see the effect.');
}

/** What stands on the button: the cell is named where it is another one. */
export function applyLabel({ patch, target }: IChange, trans: TranslationBundle): string {
  return patch.isElsewhere && target
    ? trans.__('Apply to %1', target.name)
    : trans.__('Apply to cell');
}

/** Which cell a change is for, "" where it is the diagnosed one. */
export function placeWords({ patch, target }: IChange, trans: TranslationBundle): string {
  return patch.isElsewhere && target ? trans.__('This changes another cell, %1:', target.name) : '';
}

/** What became of a change. */
export function doneWords({ patch, target }: IChange, trans: TranslationBundle): string {
  return patch.isElsewhere && target
    ? trans.__(
        'The fix is in %1. Run that cell, then the diagnosed one; undo in that cell reverts it.',
        target.name
      )
    : trans.__('The fix is in the cell. Run it to see the effect; undo reverts it.');
}

/** What stands on the button that runs what shows the effect of a change. */
export function runLabel({ target }: IChange, trans: TranslationBundle): string {
  return (target?.toRun?.cells.length ?? 1) > 1 ? trans.__('Run both') : trans.__('Run cell');
}
