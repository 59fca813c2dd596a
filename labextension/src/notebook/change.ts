/** What a patch would do to a notebook as it is now: pure functions over what is there. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { type IDiffLine, lineDiff } from '../report/lineDiff';
import { unseen } from '../report/visible';
import type { IPatch } from '../report/wire';
import { editOf, type IEdit, smallestEdit } from './edit';

/** The cell that a patch goes to. */
export interface ITarget {
  id: string;
  /** As it is shown beside the cell ("cell [3]"). */
  name: string;
  source: string;
  isLocked: boolean;
  write(edit: IEdit): void;
  show(): void;
  /** What shows the effect of a change when it is run: the cell, and then the diagnosed one. */
  toRun: IRunnable | null;
}

/** Cells that can be run, one after the other. */
export interface IRunnable {
  notebook: NotebookPanel;
  cells: ICodeCellModel[];
}

/** The notebook as far as a patch is concerned. */
export interface IScene {
  /** Whether the cell that shows the report is trusted. */
  isTrusted: boolean;
  /** Whether that cell is in an open notebook. */
  isOpen: boolean;
  target: ITarget | null;
}

/** Why a patch cannot be applied. */
export type Obstacle =
  'untrusted' | 'closed' | 'gone' | 'done' | 'changed' | 'unseen' | 'large' | 'locked';

export interface IChange {
  patch: IPatch;
  target: ITarget | null;
  /** From the cell as it is now (nothing, where it is gone) to what would be written. */
  lines: IDiffLine[];
  obstacle: Obstacle | null;
  mayCopy: boolean;
}

/** Lines and letters beyond which nobody would read a change; it is not offered then. */
export const MOST_LINES = 400;
const MOST_LETTERS = 40_000;

function isLarge(lines: IDiffLine[]): boolean {
  const letters = lines.reduce((sum, { text }) => sum + text.length, 0);
  return lines.length > MOST_LINES || letters > MOST_LETTERS;
}

function textOf(lines: IDiffLine[], sign: string): string {
  return lines.flatMap(line => (line.sign === sign ? [line.text] : [])).join('\n');
}

/** Whether a change brings characters that cannot be seen; those of the cell's own may stay. */
function bringsUnseen(lines: IDiffLine[]): boolean {
  const had = unseen(textOf(lines, '-'));
  return [...unseen(textOf(lines, '+'))].some(([one, times]) => times > (had.get(one) ?? 0));
}

function obstacleTo(patch: IPatch, { isTrusted, isOpen, target }: IScene): Obstacle | null {
  if (!isOpen || !isTrusted) {
    return isOpen ? 'untrusted' : 'closed';
  }
  if (!target) {
    return 'gone';
  }
  const change = editOf(target.source, patch);
  return typeof change === 'string' ? change : target.isLocked ? 'locked' : null;
}

/** The change that a patch makes now. */
export function changeOf(patch: IPatch, scene: IScene): IChange {
  const { target } = scene;
  const lines = lineDiff(target?.source ?? '', patch.patched);
  const unreadable = isLarge(lines) ? 'large' : bringsUnseen(lines) ? 'unseen' : null;
  const obstacle = obstacleTo(patch, scene);
  const isStrange = obstacle === 'untrusted' || obstacle === 'closed';
  return {
    patch,
    target,
    lines: unreadable === 'large' ? [] : lines,
    obstacle: isStrange ? obstacle : (unreadable ?? obstacle),
    mayCopy: !isStrange && unreadable === null
  };
}

/** Whether two changes write the same into the same cell, and may the same. */
export function isSame(one: IChange, other: IChange): boolean {
  return (
    one.target?.id === other.target?.id &&
    one.target?.source === other.target?.source &&
    one.patch.patched === other.patch.patched &&
    one.obstacle === other.obstacle &&
    one.mayCopy === other.mayCopy
  );
}

/** Write a change, unless something stands in its way; the caller has shown it. */
export function write({ patch, target, obstacle }: IChange): boolean {
  const edit = target && obstacle === null ? editOf(target.source, patch) : 'changed';
  if (!target || typeof edit === 'string') {
    return false;
  }
  target.write(edit);
  return true;
}

/** Take a change back that is in its cell as it was made, and say whether it was. */
export function takeBack({ patch, target, obstacle }: IChange): boolean {
  if (!target || obstacle !== 'done' || target.isLocked) {
    return false;
  }
  target.write(smallestEdit(target.source, patch.expected));
  return true;
}
