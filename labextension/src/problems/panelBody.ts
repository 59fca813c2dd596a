/** The list in the side panel as it is drawn; what is unfolded and focused outlives its changes. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { refresh } from '../notebook/changeView';
import { append, button, element } from '../element';
import { type IActions, PART } from './card';
import { drawGroup } from './group';
import { keyHelp } from './keys';
import type { ProblemList } from './list';
import type { IProblem } from './problem';
import { emptyWords } from './words';

/** What an empty list offers beyond what concerns one problem. */
export interface IListActions extends IActions {
  diagnose(): void;
}

/** Key of the problem on whose card something happens. */
export function keyAt(target: EventTarget | null): string | null {
  const part = target instanceof Element ? target.closest(`[${PART}]`) : null;
  return part?.getAttribute(PART)?.split(' ')[0] ?? null;
}

export class ProblemsBody {
  readonly node = element('div', 'nbd-Problems-body');

  constructor(
    private readonly _list: ProblemList,
    private readonly _actions: IListActions,
    private readonly _trans: TranslationBundle
  ) {
    this.node.addEventListener('focusin', ({ target }) => {
      this.choose(keyAt(target));
    });
  }

  draw(): void {
    const { groups } = this._list.shown;
    const drawn = groups.map(group => drawGroup(group, this._actions, this._trans));
    const focused = this.node.contains(document.activeElement)
      ? (document.activeElement?.closest(`[${PART}]`)?.getAttribute(PART) ?? '')
      : '';
    this._remember();
    this.node.replaceChildren();
    append(this.node, drawn.length > 0 ? [...drawn, keyHelp(this._trans)] : this._drawEmpty());
    for (const part of this._unfolded) {
      this._part(part)?.setAttribute('open', '');
    }
    const { chosen } = this._list;
    const again = this._part(focused);
    (again instanceof HTMLDetailsElement ? again.querySelector('summary') : again)?.focus();
    this.choose(chosen); // which may be another than the one that has the focus
  }

  /** Draw what cells that changed meanwhile make of the fixes. */
  refresh(): void {
    refresh(this.node, this._trans);
  }

  /** Show a problem as the current one; with `focus` the keyboard goes there. */
  show(of: IProblem, focus: boolean): void {
    this.choose(of.key);
    const title = this._part(`${of.key} title`);
    title?.scrollIntoView({ block: 'nearest' });
    if (focus) {
      title?.focus();
    }
  }

  /** Nothing is drawn anew: a click is about to reach the very button that got the focus. */
  choose(key: string | null): void {
    this._list.chosen = key ?? this._list.chosen;
    for (const current of this.node.querySelectorAll('[aria-current]')) {
      current.removeAttribute('aria-current');
    }
    this._part(`${this._list.chosen ?? ''} title`)?.setAttribute('aria-current', 'true');
  }

  /** Open or close a part of a problem. */
  unfold(of: IProblem, part: 'fix' | 'why'): void {
    const fold = this._part(`${of.key} ${part}`);
    if (fold instanceof HTMLDetailsElement) {
      fold.open = !fold.open;
      fold.querySelector('summary')?.focus();
    }
  }

  /** Read the folds themselves: their event comes later, when they may be drawn anew. */
  private _remember(): void {
    for (const fold of this.node.querySelectorAll<HTMLDetailsElement>(`details[${PART}]`)) {
      this._unfolded[fold.open ? 'add' : 'delete'](fold.getAttribute(PART) ?? '');
    }
  }

  private _part(name: string): HTMLElement | null {
    return this.node.querySelector<HTMLElement>(`[${PART}="${CSS.escape(name)}"]`);
  }

  private _drawEmpty(): HTMLElement[] {
    const { notebook, all, shown } = this._list;
    const says = element('p', 'nbd-Text', emptyWords(notebook !== null, all, shown, this._trans));
    if (notebook === null || all.length > 0) {
      return [says];
    }
    const diagnose = button(this._trans.__('Diagnose cell'));
    diagnose.addEventListener('click', () => {
      this._actions.diagnose();
    });
    return [says, diagnose];
  }

  private readonly _unfolded = new Set<string>();
}
