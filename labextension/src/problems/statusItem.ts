/** The counts of problems in the status bar, only while there is one. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { button } from '../element';
import type { ProblemList } from './list';
import { severityCounts, summary } from './words';

export class StatusItem extends Widget {
  constructor(
    private readonly _list: ProblemList,
    open: () => void,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('nbd-Status');
    this._button.addEventListener('click', open);
    this.node.append(this._button);
    _list.changed.connect(this._draw, this);
    this._draw();
  }

  /** For `IStatusBar`: whether there is anything to say. */
  readonly isActive = (): boolean => this._list.shown.groups.length > 0;

  get activeStateChanged(): ISignal<this, void> {
    return this._activeStateChanged;
  }

  private _draw(): void {
    const { groups } = this._list.shown;
    this._button.textContent = this._trans.__('nbdoctor: %1', severityCounts(groups, this._trans));
    this._button.title = this._trans.__('%1. Show them.', summary(groups, this._trans));
    this._activeStateChanged.emit();
  }

  private readonly _button = button('', 'nbd-Status-button');
  private readonly _activeStateChanged = new Signal<this, void>(this);
}
