/** Changes of a cell's text that one undo takes back. */

import type { ICellModel } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import { editOf, type IEdit, type IFix } from './fix';

/** Change the text of a cell, as a step of its own for undo. */
export function edit({ sharedModel }: ICellModel, { start, end, text }: IEdit): void {
  // Typing within half a second is one step; closing the step before and after keeps it apart.
  const undo = 'undoManager' in sharedModel ? sharedModel.undoManager : null;
  const closeStep = (): void => (undo as { stopCapturing(): void } | null)?.stopCapturing();
  closeStep();
  sharedModel.updateSource(start, end, text);
  closeStep();
}

/** Whether the notebook forbids to change the cell. */
export function isLocked(cell: ICellModel): boolean {
  return cell.getMetadata('editable') === false;
}

/** What became of a fix, for its reader. */
export interface IOutcome {
  isApplied: boolean;
  says: string;
}

/** Put a fix into a cell, unless the cell is another than the one it was made for. */
export function apply(cell: ICellModel, fix: IFix, trans: TranslationBundle): IOutcome {
  const refused = (says: string): IOutcome => ({ isApplied: false, says });
  const change = editOf(cell.sharedModel.getSource(), fix);
  if (change === 'done') {
    return refused(trans.__('This fix is in the cell already. Run the cell to see its effect.'));
  }
  if (change === 'changed') {
    return refused(
      trans.__('Not applied: the cell changed since it was diagnosed. Diagnose it again first.')
    );
  }
  if (isLocked(cell)) {
    return refused(trans.__('Not applied: this cell cannot be edited.'));
  }
  edit(cell, change);
  return {
    isApplied: true,
    says: fix.isElsewhere
      ? trans.__(
          'The fix is in the other cell. Run that one, then this; one undo there takes it back.'
        )
      : trans.__('The fix is in the cell. Run it to see the effect; one undo takes it back.')
  };
}
