/** Shows the live view of a report while there is one, else the report stored in the notebook. */

import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Debouncer } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';
import { answer } from './answer';
import { cellOf, changeIn, notebookOf } from './cells';
import { drawOffer, refresh } from './changeView';
import { fillOffers, fillStops } from './liveOffers';
import { LiveView, widgetId } from './liveView';
import { patchAt } from '../report/patch';
import { type Reading, readPayload } from '../report/reading';
import { drawReading } from '../report/saved';
import type { DrawPatch } from '../report/treatment';
import { MIME } from '../report/wire';

/** Milliseconds that the live view may take before the stored report is shown. */
const GRACE = 400;

/** Changes of the notebook closer together are looked at together, in milliseconds. */
const TOGETHER = 200;

export class ReportRenderer extends Panel implements IRenderMime.IRenderer {
  constructor(
    private readonly _notebooks: INotebookTracker,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('nbd-Output');
    this._saved.hide();
    this.addWidget(this._saved);
    this.node.addEventListener('click', this);
  }

  /** Buttons of both views do what their change shows. */
  handleEvent(event: Event): void {
    answer(event, this._trans);
  }

  /** Called again for every update of the output, which leaves the live view as it is. */
  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._model = model;
    this._read();
    const id = widgetId(model);
    if (id !== this._id) {
      this._id = id;
      this._live?.dispose();
      this._live = null;
      this._isWaiting = id !== '';
      window.setTimeout(() => {
        this._isWaiting = false;
        this._choose();
      }, GRACE);
    }
    if (this.isAttached) {
      this._tryLive();
    }
    this._choose();
    return Promise.resolve();
  }

  override dispose(): void {
    this._calm.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onAfterAttach(): void {
    const notebook = notebookOf(this._notebooks, this.node);
    notebook?.context.model.contentChanged.connect(this._ping, this);
    this._ping();
    this._tryLive();
  }

  /** Understand what is stored; where that is news, what was drawn of it is old. */
  private _read(): void {
    const reading = readPayload(this._model?.data[MIME]);
    const text = JSON.stringify(reading);
    if (text !== this._text) {
      this._text = text;
      this._reading = reading;
      this._isDrawn = false;
      this._fill(false);
    }
  }

  private _tryLive(): void {
    const notebook = notebookOf(this._notebooks, this.node);
    if (this._model && this._id !== '' && !this._live && notebook) {
      this._live = new LiveView(() => {
        this._fill(true);
        this._choose();
      });
      this._live.hide();
      this.insertWidget(0, this._live);
      void this._live.fill(notebook, this._model);
    }
  }

  private _fill(onlyEmpty: boolean): void {
    const changeAt = (place: string): HTMLElement | null => {
      const patch = this._reading.kind === 'report' && patchAt(this._reading.document, place);
      return patch ? this._drawPatch(patch) : null;
    };
    fillOffers(this._live?.node, changeAt, onlyEmpty);
    fillStops(this._live?.node, this._trans.__('Stop'), () => {
      void notebookOf(this._notebooks, this.node)?.sessionContext.session?.kernel?.interrupt();
    });
  }

  private _choose(): void {
    if (this.isDisposed) {
      return;
    }
    const isLive = this._live?.isFilled === true;
    this._live?.setHidden(!isLive);
    this._saved.setHidden(isLive || this._isWaiting);
    // Only what is new is drawn, so that an opened tab stays open.
    if (!this._saved.isHidden && !this._isDrawn) {
      this._isDrawn = true;
      this._saved.node.replaceChildren(drawReading(this._reading, this._trans, this._drawPatch));
    }
  }

  /** The rest of a burst of changes is looked at by the last of its calls. */
  private _ping(): void {
    this._calm.invoke().catch(() => undefined);
  }

  private readonly _drawPatch: DrawPatch = patch =>
    drawOffer(
      () => changeIn(cellOf(this._notebooks, this._model), patch, this._trans),
      this._trans
    );

  private readonly _saved = new Widget();
  private readonly _calm = new Debouncer(() => {
    refresh(this.node, this._trans);
  }, TOGETHER);
  private _reading: Reading = { kind: 'unreadable' };
  private _text = '';
  private _isDrawn = false;
  private _model: IRenderMime.IMimeModel | null = null;
  private _id: string | null = null;
  private _live: LiveView | null = null;
  private _isWaiting = false;
}
