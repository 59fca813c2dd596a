/** A button that copies what a report has measured, for an assistant or an issue. */

import { Clipboard } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { remark } from './remark';
import { ReportRenderer } from './reportRenderer';
import { button, element } from '../element';
import { readEvidence } from '../report/reading';
import { MIME } from '../report/wire';

function drawEvidence(text: string, trans: TranslationBundle): HTMLElement {
  const copy = button(trans.__('Copy evidence'));
  copy.title = trans.__('Copy what was measured, in less than 4 kB of Markdown for an assistant');
  copy.addEventListener('click', () => {
    Clipboard.copyToSystem(text);
    remark('info', trans.__('Copied: what was measured, as Markdown.'));
  });
  return element('div', 'nbd-Evidence', copy);
}

/** A report, live or stored, with the button below it. */
export class EvidenceRenderer extends ReportRenderer {
  constructor(
    notebooks: INotebookTracker,
    private readonly _words: TranslationBundle
  ) {
    super(notebooks, _words);
    this.addWidget(this._evidence);
  }

  override renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const text = readEvidence(model.data[MIME]);
    if (text !== this._copied) {
      this._copied = text;
      const drawn = text === '' ? [] : [drawEvidence(text, this._words)];
      this._evidence.node.replaceChildren(...drawn);
    }
    return super.renderModel(model);
  }

  private readonly _evidence = new Widget();
  private _copied = '';
}
