/** The side panel: every problem of the notebook in front, to work through with mouse or keys. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { diagnoseIcon } from './icon';
import { asked, type IAsked } from './offer';
import { keyOf } from './problemKeys';
import type { ProblemList } from './problemList';
import type { IGroup, IProblem, IRemedy } from './problems';
import { type IListActions, keyAt, ProblemsBody } from './problemsBody';
import type { PanelHead } from './problemsHead';

/** What the panel asks for. */
export interface IPanelActions extends IListActions {
  step(by: 1 | -1): void;
  answer(button: IAsked, remedy: IRemedy, group: IGroup): void;
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
    this._draw();
  }

  handleEvent(event: Event): void {
    if (event instanceof KeyboardEvent) {
      this._key(event);
    } else {
      this._answer(event);
    }
  }

  override dispose(): void {
    this._list.changed.disconnect(this._draw, this);
    super.dispose();
  }

  /** Make a problem the current one; with `focus` the keyboard goes there. */
  showProblem(of: IProblem, focus: boolean): void {
    this._body.show(of, focus);
  }

  private _answer(event: Event): void {
    const wanted = asked(event);
    const of = this._list.get(keyAt(event.target));
    const group = of && this._list.group(of);
    const remedy = of?.remedies.find(({ place }) => place === wanted?.place);
    if (wanted && group && remedy) {
      this._actions.answer(wanted, remedy, group);
    }
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

  private readonly _body: ProblemsBody;
}
