/** Tells the progress of a diagnosis to those who do not see it, wherever the focus is. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { element } from '../element';
import type { ProblemList } from './list';
import type { IGroup } from './problem';
import { news } from './words';

export class LiveRegion {
  constructor(
    private readonly _list: ProblemList,
    private readonly _trans: TranslationBundle
  ) {
    this._node.setAttribute('role', 'status'); // polite: it waits until the reader pauses
    document.body.append(this._node);
    _list.changed.connect(this._listen, this);
  }

  private _listen(): void {
    const { notebook, all } = this._list;
    const said = notebook === this._notebook ? news(this._groups, all, this._trans) : '';
    if (said !== '') {
      this._node.textContent = said;
    }
    this._notebook = notebook;
    this._groups = all;
  }

  private readonly _node = element('div', 'nbd-Unseen');
  private _notebook: NotebookPanel | null = null;
  private _groups: IGroup[] = [];
}
