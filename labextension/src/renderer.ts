/** Shows the live view of a report while there is one, else the report stored in the notebook. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';
import { answer } from './answer';
import { cellOf, targetOf } from './cells';
import { fixAt } from './fix';
import { LiveView, widgetId } from './liveView';
import { asked } from './offer';
import { readPayload } from './reading';
import { drawReading } from './saved';
import { MIME } from './wire';

/** ipywidgets registers its view at -10; anything lower is preferred over it. */
const RANK = -20;

/** How long the live view may take before the stored report is shown, in milliseconds. */
const GRACE = 400;

class ReportRenderer extends Panel implements IRenderMime.IRenderer {
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

  /** Buttons of the live view and of the stored report are answered from the stored report. */
  handleEvent(event: Event): void {
    const button = asked(event);
    const reading = readPayload(this._model?.data[MIME]);
    const report = reading.kind === 'report' ? reading.report : null;
    const fix = button && fixAt(report, button.place);
    if (fix) {
      const place = cellOf(this._notebooks, this.node, report?.cell_id);
      const cell = targetOf(place?.notebook, place?.cell ?? null, fix);
      answer(button, fix, cell, this._trans);
    }
  }

  /** Called again for every update of the output, which leaves the live view as it is. */
  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._model = model;
    const id = widgetId(model);
    if (id !== this._id) {
      this._id = id;
      this._live?.dispose();
      this._live = null;
      this._isWaiting = id !== '';
      window.setTimeout(() => {
        this._stopWaiting();
      }, GRACE);
    }
    if (this.isAttached) {
      this._tryLive();
    }
    this._choose();
    return Promise.resolve();
  }

  protected override onAfterAttach(): void {
    this._tryLive();
  }

  private _tryLive(): void {
    const notebook = this._notebooks.find(panel => panel.node.contains(this.node));
    if (this._model && this._id !== '' && !this._live && notebook) {
      this._live = new LiveView(() => {
        this._choose();
      });
      this._live.hide();
      this.addWidget(this._live);
      void this._live.fill(notebook, this._model);
    }
  }

  private _stopWaiting(): void {
    this._isWaiting = false;
    this._choose();
  }

  private _choose(): void {
    if (this.isDisposed) {
      return;
    }
    const isLive = this._live?.isFilled === true;
    this._live?.setHidden(!isLive);
    this._saved.setHidden(isLive || this._isWaiting);
    if (!this._saved.isHidden) {
      this._drawSaved();
    }
  }

  /** Draws only what is new, so that an opened tab stays open. */
  private _drawSaved(): void {
    const payload: unknown = this._model?.data[MIME];
    const text = JSON.stringify(payload);
    if (text !== this._drawn) {
      this._drawn = text;
      this._saved.node.replaceChildren(drawReading(readPayload(payload), this._trans));
    }
  }

  private readonly _saved = new Widget();
  private _drawn = '';
  private _model: IRenderMime.IMimeModel | null = null;
  private _id: string | null = null;
  private _live: LiveView | null = null;
  private _isWaiting = false;
}

export const renderer: JupyterFrontEndPlugin<void> = {
  id: 'nbdoctor:renderer',
  description: 'Draws reports, also in notebooks that are opened again.',
  autoStart: true,
  requires: [INotebookTracker, IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    tracker: INotebookTracker,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('nbdoctor');
    const factory: IRenderMime.IRendererFactory = {
      safe: true, // drawn from data; the live view is used in trusted cells only
      mimeTypes: [MIME],
      createRenderer: () => new ReportRenderer(tracker, trans)
    };
    rendermime.addFactory(factory, RANK); // every notebook opened from now on copies the registry
  }
};
