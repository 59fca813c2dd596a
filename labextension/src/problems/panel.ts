/** The side panel: every problem of the notebook in front, to work through with mouse or keys. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { diagnoseIcon } from '../icon';
import { keyOf } from './keys';
import type { ProblemList } from './list';
import type { IProblem } from './problem';
import { type IListActions, ProblemsBody } from './panelBody';
import type { PanelHead } from './panelHead';

/** What the panel asks for. */
export interface IPanelActions extends IListActions {
  step(by: 1 | -1): void;
  answer(event: Event): void;
  leave(): void;
}

export class ProblemsPanel extends Widget {
  constructor(
    private readonly _list: ProblemList,
    private readonly _head: PanelHead,
    private readonly _actions: IPanelActions,
    trans: TranslationBundle
  ) {
    super();
    this.id = 'nbdoctor-problems';
    this.addClass('nbd-Problems');
    this.title.icon = diagnoseIcon;
    this.title.caption = trans.__('Problems found by nbdoctor');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.caption);
    this._body = new ProblemsBody(_list, _actions, trans);
    this.node.append(_head.node, this._body.node);
    this.node.addEventListener('keydown', this);
    this._body.node.addEventListener('click', this);
    _list.changed.connect(this._draw, this);
    _list.looked.connect(this._refresh, this);
    this._draw();
  }

  handleEvent(event: Event): void {
    if (event instanceof KeyboardEvent) {
      this._key(event);
    } else {
      this._actions.answer(event);
    }
  }

  override dispose(): void {
    this._list.changed.disconnect(this._draw, this);
    this._list.looked.disconnect(this._refresh, this);
    super.dispose();
  }

  /** Make a problem the current one; with `focus` the keyboard goes there. */
  showProblem(of: IProblem, focus: boolean): void {
    this._body.show(of, focus);
  }

  private _key(event: KeyboardEvent): void {
    const does = keyOf(event);
    if (does === null) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const of = this._list.get(this._list.chosen);
    if (does === 'next' || does === 'previous') {
      const next = this._list.neighbour(does === 'next' ? 1 : -1);
      if (next) {
        this.showProblem(next, true);
      }
    } else if (does === 'leave') {
      this._actions.leave();
    } else if (!of) {
      return;
    } else if (does === 'hide') {
      this._actions.hide(of);
    } else {
      this._body.unfold(of, does);
    }
  }

  private _draw(): void {
    this._head.draw();
    this._body.draw();
  }

  private _refresh(): void {
    this._body.refresh();
  }

  private readonly _body: ProblemsBody;
}
