/** The problems of the notebook in front, as settings and filter show them. */

import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { type ISignal, Signal } from '@lumino/signaling';
import { type IGroup, type IProblem, type IShown, neighbour, shown } from './problem';
import { Reports } from './reports';
import type { Settings } from '../settings';

export class ProblemList {
  constructor(
    private readonly _notebooks: INotebookTracker,
    private readonly _settings: Settings
  ) {
    _notebooks.forEach(notebook => {
      this._watch(notebook);
    });
    _notebooks.widgetAdded.connect((_, notebook) => {
      this._watch(notebook);
    });
    _notebooks.currentChanged.connect(this._tell, this);
    _settings.changed.connect(this._tell, this);
  }

  get notebook(): NotebookPanel | null {
    return this._notebooks.currentWidget;
  }

  /** All problems of the notebook in front. */
  get all(): IGroup[] {
    const notebook = this.notebook;
    return (notebook && this._reports.get(notebook)?.groups) ?? [];
  }

  /** Those that settings and filter leave. */
  get shown(): IShown {
    return shown(this.all, this._settings.now, this._filter);
  }

  /** Those that the settings leave, in any notebook. */
  in(notebook: NotebookPanel): IGroup[] {
    const groups = this._reports.get(notebook)?.groups ?? [];
    return shown(groups, this._settings.now, '').groups;
  }

  /** Key of the current problem; it may be of another notebook, or gone. */
  chosen: string | null = null;

  set filter(text: string) {
    this._filter = text;
    this._tell();
  }

  /** Whatever is to be seen may have changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The notebook in front was looked at again: cells may have changed, if not the list. */
  get looked(): ISignal<this, void> {
    return this._looked;
  }

  /** The reports of a notebook changed, be it in front or not. */
  get reported(): ISignal<this, NotebookPanel> {
    return this._reported;
  }

  group(of: IProblem): IGroup | undefined {
    return this.all.find(({ problems }) => problems.some(({ key }) => key === of.key));
  }

  get(key: string | null): IProblem | undefined {
    return this.all.flatMap(({ problems }) => problems).find(problem => problem.key === key);
  }

  /** The problem to go to from the one that is chosen, or from the active cell. */
  neighbour(step: 1 | -1): IProblem | undefined {
    const index = this.notebook?.content.activeCellIndex ?? 0;
    return neighbour(this.shown.groups, this.chosen, step, index);
  }

  private _watch(notebook: NotebookPanel): void {
    const reports = new Reports(notebook);
    this._reports.set(notebook, reports);
    reports.changed.connect(() => {
      this._reported.emit(notebook);
      if (notebook === this.notebook) {
        this._tell();
      }
    });
    reports.looked.connect(() => {
      if (notebook === this.notebook) {
        this._looked.emit();
      }
    });
    notebook.disposed.connect(() => {
      this._reports.delete(notebook);
    });
  }

  private _tell(): void {
    this._changed.emit();
  }

  private readonly _reports = new Map<NotebookPanel, Reports>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _reported = new Signal<this, NotebookPanel>(this);
  private readonly _looked = new Signal<this, void>(this);
  private _filter = '';
}
