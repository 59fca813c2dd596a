/** The reports in the outputs of a notebook, watched while they and the cells change. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import { codeCells } from './cells';
import { type IGroup, problemsOf } from './problems';
import { readPayload } from './reading';
import { type IPayload, MIME } from './wire';

/** Changes closer together than this are looked at together, in milliseconds. */
const TOGETHER = 100;

/** A report with what stands beside it for other viewers. */
export interface IStored {
  payload: IPayload;
  data: unknown;
  html: string;
}

/** The reports that a cell shows; a cell with several fits has several. */
export function* reportsOf({ outputs }: ICodeCellModel): Generator<IStored> {
  for (let i = 0; i < outputs.length; i++) {
    const { data } = outputs.get(i);
    const stored = data[MIME];
    const reading = stored === undefined ? null : readPayload(stored);
    if (reading?.kind === 'report') {
      const html = data['text/html'];
      const lines = Array.isArray(html) ? html.join('') : html;
      yield { payload: reading, data: stored, html: typeof lines === 'string' ? lines : '' };
    }
  }
}

function stage(cell: ICodeCellModel, last: IPayload): IGroup['stage'] {
  const said = last.report?.stage;
  if (said !== 'looking' && said !== 'training') {
    return 'done';
  }
  return cell.executionState === 'running' ? said : 'unfinished';
}

function groupOf(index: number, cell: ICodeCellModel, stored: IPayload[]): IGroup | null {
  const last = stored.at(-1);
  if (!last) {
    return null;
  }
  const source = cell.sharedModel.getSource();
  return {
    cellId: cell.id,
    index,
    count: cell.executionCount,
    stage: stage(cell, last),
    isChanged: stored.some(({ report }) => report !== null && report.source !== source),
    problems: stored.flatMap((one, place) => problemsOf(one, `${cell.id}/${place}`))
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
      .map(([index, cell]) => groupOf(index, cell, this._stored(cell)))
      .filter(one => one !== null);
    if (JSON.stringify(groups) !== JSON.stringify(this._groups)) {
      this._groups = groups;
      this._changed.emit();
    }
  }

  /** What a cell shows is read once: each look at an output copies it whole. */
  private _stored(cell: ICodeCellModel): IPayload[] {
    const known = this._known.get(cell);
    const stored = known ?? [...reportsOf(cell)].map(({ payload }) => payload);
    this._known.set(cell, stored);
    return stored;
  }

  private _dispose(): void {
    this._debouncer.dispose();
    Signal.clearData(this);
  }

  private _groups: IGroup[] = [];
  private readonly _known = new WeakMap<ICodeCellModel, IPayload[]>();
  private readonly _seen = new WeakSet<ICodeCellModel>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _debouncer = new Debouncer(() => {
    this._read();
  }, TOGETHER);
}
