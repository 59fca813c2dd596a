/** A change as it is shown: its lines, and the buttons that write or copy exactly those. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { type IChange, isSame } from './change';
import { applyLabel, obstacleWords, placeWords, runLabel } from './changeWords';
import { button, element } from '../element';
import { exactly, type Guard } from '../guards';
import { drawLines } from '../report/diff';

/** What a change is now; asked when it is drawn, and again when it is clicked. */
export type Now = () => IChange;

/** What a drawn change was when it was drawn: the only thing that its buttons may do. */
export interface IShownChange {
  node: HTMLElement;
  shown: IChange;
  now: Now;
}

const isAction = exactly('apply', 'copy', 'show', 'undo', 'run');

/** What the buttons of a change do. */
export type Action = typeof isAction extends Guard<infer Name> ? Name : never;

const drawn = new WeakMap<Element, IShownChange>();

function actionButton(action: string, label: string, isOff: boolean): HTMLButtonElement {
  const made = button(label);
  made.disabled = isOff;
  made.dataset.nbdAction = action;
  return made;
}

/** What can be done with a change that is in its cell: it shows, goes away again, and is run. */
function drawApplied(change: IChange, trans: TranslationBundle): HTMLElement[] {
  const { target, patch } = change;
  const show = patch.isElsewhere ? [actionButton('show', trans.__('Show'), target === null)] : [];
  const undo = actionButton('undo', trans.__('Undo'), target?.isLocked !== false);
  const run = actionButton('run', runLabel(change, trans), !target?.toRun);
  return [...show, undo, run];
}

function drawApply(change: IChange, trans: TranslationBundle): HTMLElement {
  const apply = actionButton('apply', applyLabel(change, trans), change.obstacle !== null);
  apply.classList.add('nbd-apply', ...(change.patch.isProved ? ['nbd-proved'] : []));
  return apply;
}

function drawButtons(change: IChange, trans: TranslationBundle): HTMLElement {
  const isDone = change.obstacle === 'done';
  const copy = actionButton('copy', trans.__('Copy'), !change.mayCopy);
  copy.title = trans.__('Copy the whole cell with this change');
  const deeds = isDone ? drawApplied(change, trans) : [drawApply(change, trans)];
  return element('div', 'nbd-Change-buttons', deeds, copy);
}

/** The lines of a change, and what stands in its way. */
export function drawChange(change: IChange, trans: TranslationBundle): HTMLElement {
  const made = element('div', 'nbd-Change');
  const place = placeWords(change, trans);
  const obstacle = obstacleWords(change, trans);
  if (place !== '' && change.obstacle !== 'done') {
    made.append(element('p', 'nbd-Change-place', place));
  }
  if (change.lines.length > 0) {
    made.append(drawLines(change.lines, trans));
  }
  if (obstacle !== '') {
    const isDone = change.obstacle === 'done';
    made.append(element('p', isDone ? 'nbd-Change-done' : 'nbd-Change-obstacle', obstacle));
  }
  return made;
}

/** The same with its buttons. */
export function drawOffer(now: Now, trans: TranslationBundle): HTMLElement {
  const shown = now();
  const node = drawChange(shown, trans);
  node.append(drawButtons(shown, trans));
  drawn.set(node, { node, shown, now });
  return node;
}

/** What a click asks for, null where it hit no button of a change that was drawn here. */
export function asked({ target }: Event): { action: Action; of: IShownChange } | null {
  const found = target instanceof Element ? target.closest('[data-nbd-action]') : null;
  const node = found?.closest('.nbd-Change');
  const of = node && drawn.get(node);
  const action = found?.getAttribute('data-nbd-action');
  return of && isAction(action) ? { action, of } : null;
}

/** Draw a change anew where it is another now; the focus stays where it is. */
export function redraw({ node, shown, now }: IShownChange, trans: TranslationBundle): void {
  const change = now();
  if (isSame(shown, change) && shown.target?.name === change.target?.name) {
    return;
  }
  const focused = node.contains(document.activeElement)
    ? document.activeElement?.getAttribute('data-nbd-action')
    : null;
  const anew = drawOffer(now, trans);
  node.replaceWith(anew);
  if (focused) {
    anew.querySelector<HTMLElement>(`[data-nbd-action="${CSS.escape(focused)}"]`)?.focus();
    if (!anew.contains(document.activeElement)) {
      // The button is gone or off: what stands there now takes its place, for keys and readers.
      anew.tabIndex = -1;
      anew.focus();
    }
  }
}

/** Draw what changed of all that is shown below a node. */
export function refresh(root: Element, trans: TranslationBundle): void {
  for (const node of root.querySelectorAll('.nbd-Change')) {
    const of = drawn.get(node);
    if (of) {
      redraw(of, trans);
    }
  }
}
