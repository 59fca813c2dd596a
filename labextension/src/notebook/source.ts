/** Changes of a cell's text that one undo takes back. */

import type { ICellModel } from '@jupyterlab/cells';
import type { IEdit } from './edit';

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
