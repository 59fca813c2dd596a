/** The reports in the outputs of a notebook, watched while they and the cells change. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import { codeCells } from '../notebook/cells';
import { type IGroup, problemsOf } from './problem';
import { type IShownReports, shownBy } from '../notebook/storedReports';
import type { IPayload } from '../report/wire';

/** Changes closer together than this are looked at together, in milliseconds. */
const TOGETHER = 100;

function stage(cell: ICodeCellModel, last: IPayload | null): IGroup['stage'] {
  const said = last?.report?.stage;
  if (said !== 'looking' && said !== 'training') {
    return 'done';
  }
  return cell.executionState === 'running' ? said : 'unfinished';
}

function groupOf(
  index: number,
  cell: ICodeCellModel,
  { stored, unread }: IShownReports
): IGroup | null {
  const payloads = stored.map(({ payload }) => payload);
  const last = payloads.at(-1) ?? null;
  if (last === null && unread === 0) {
    return null;
  }
  const source = cell.sharedModel.getSource();
  return {
    cellId: cell.id,
    index,
    count: cell.executionCount,
    stage: stage(cell, last),
    isChanged: payloads.some(({ report }) => report !== null && report.source !== source),
    isTrusted: cell.trusted,
    unread,
    problems: payloads.flatMap((one, place) => problemsOf(one, `${cell.id}/${place}`))
  };
}

/** What the reports of one notebook say now. */
export class Reports {
  constructor(readonly notebook: NotebookPanel) {
    notebook.disposed.connect(this._dispose, this);
    void notebook.context.ready.then(() => {
      if (!notebook.isDisposed) {
        notebook.content.modelChanged.connect(this._rewire, this);
        notebook.content.model?.cells.changed.connect(this._rewire, this);
        this._rewire();
      }
    });
  }

  /** Cells with a report, from top to bottom. */
  get groups(): IGroup[] {
    return this._groups;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The notebook was looked at again, be there news or not. */
  get looked(): ISignal<this, void> {
    return this._looked;
  }

  private _rewire(): void {
    for (const [, cell] of codeCells(this.notebook)) {
      if (!this._seen.has(cell)) {
        this._seen.add(cell);
        cell.outputs.changed.connect(() => {
          this._known.delete(cell);
          this._ping();
        });
        cell.contentChanged.connect(this._ping, this);
        cell.stateChanged.connect(this._ping, this);
      }
    }
    this._ping();
  }

  private _ping(): void {
    // The rest of a burst of changes is looked at by the last of its calls.
    this._debouncer.invoke().catch(() => undefined);
  }

  private _read(): void {
    const cells = [...codeCells(this.notebook)];
    const groups = cells
      .map(([index, cell]) => groupOf(index, cell, this._shown(cell)))
      .filter(one => one !== null);
    if (JSON.stringify(groups) !== JSON.stringify(this._groups)) {
      this._groups = groups;
      this._changed.emit();
    }
    this._looked.emit();
  }

  /** What a cell shows is read once: each look at an output copies it whole. */
  private _shown(cell: ICodeCellModel): IShownReports {
    const shown = this._known.get(cell) ?? shownBy(cell);
    this._known.set(cell, shown);
    return shown;
  }

  private _dispose(): void {
    this._debouncer.dispose();
    Signal.clearData(this);
  }

  private _groups: IGroup[] = [];
  private readonly _known = new WeakMap<ICodeCellModel, IShownReports>();
  private readonly _seen = new WeakSet<ICodeCellModel>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _looked = new Signal<this, void>(this);
  private readonly _debouncer = new Debouncer(() => {
    this._read();
  }, TOGETHER);
}
