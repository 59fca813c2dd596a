/** Marks beside the lines of a cell that findings name, as an extension of its editor. */

import { Compartment, type Extension, RangeSet, StateEffect, StateField } from '@codemirror/state';
import { type EditorView, gutter, GutterMarker, ViewPlugin } from '@codemirror/view';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { Signal } from '@lumino/signaling';
import { element } from '../element';
import { severityClass, sign } from '../report/severity';

/** A mark; several findings of one line share it. */
export interface IMark {
  /** From 1. */
  line: number;
  /** The worst of the line. */
  severity: string;
  says: string;
  /** Key of the problem that a click shows. */
  key: string;
}

class Mark extends GutterMarker {
  constructor(
    readonly mark: IMark,
    private readonly _open: (key: string) => void
  ) {
    super();
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof Mark && JSON.stringify(other.mark) === JSON.stringify(this.mark);
  }

  override toDOM(): HTMLElement {
    const { severity, says, key } = this.mark;
    const made = element('span', `nbd-Mark ${severityClass(severity)}`, sign(severity));
    made.title = says;
    made.addEventListener('click', () => {
      this._open(key);
    });
    return made;
  }
}

const put = StateEffect.define<RangeSet<Mark>>();

/** Marks move with their lines while the cell is edited. */
const field = StateField.define<RangeSet<Mark>>({
  create: () => RangeSet.empty,
  update: (marks, transaction) => {
    const news = transaction.effects.find(effect => effect.is(put));
    return news ? news.value : marks.map(transaction.changes);
  }
});

const column = gutter({ class: 'nbd-Marks', markers: view => view.state.field(field) });

/** Which marks stand in which cell, and the editors that show them. */
export class Marks {
  constructor(private readonly _open: (key: string) => void) {}

  set(cell: CodeEditor.IModel, marks: IMark[]): void {
    this._marks.set(cell, marks);
    this._changed.emit(cell);
  }

  /** An editor of a cell gets a column for marks while it has any. */
  extension(cell: CodeEditor.IModel): Extension {
    const place = new Compartment();
    const plugin = ViewPlugin.define(view => {
      let isGone = false;
      const update = (_: unknown, changed: CodeEditor.IModel): void => {
        if (changed === cell && !isGone) {
          this._show(view, place, this._marks.get(cell) ?? []);
        }
      };
      this._changed.connect(update);
      // An editor cannot be changed while it is being made.
      queueMicrotask(() => {
        update(null, cell);
      });
      const destroy = (): void => {
        isGone = true;
        this._changed.disconnect(update);
      };
      return { destroy };
    });
    return [field, place.of([]), plugin];
  }

  private _show(view: EditorView, place: Compartment, marks: IMark[]): void {
    const { doc } = view.state;
    const there = marks.filter(({ line }) => line <= doc.lines);
    const ranges = there.map(mark => new Mark(mark, this._open).range(doc.line(mark.line).from));
    if (ranges.length > 0 || view.state.field(field).size > 0) {
      view.dispatch({
        effects: [
          put.of(RangeSet.of(ranges, true)),
          place.reconfigure(ranges.length > 0 ? column : [])
        ]
      });
    }
  }

  private readonly _marks = new WeakMap<CodeEditor.IModel, IMark[]>();
  private readonly _changed = new Signal<this, CodeEditor.IModel>(this);
}
