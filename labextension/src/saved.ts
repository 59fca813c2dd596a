/** The report as it is stored in a notebook, or one sentence when it cannot be drawn. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { drawDocument } from './document';
import { element } from './element';
import { readPayload } from './reading';

export function drawPayload(payload: unknown, trans: TranslationBundle): HTMLElement {
  const reading = readPayload(payload);
  switch (reading.kind) {
    case 'report':
      return drawDocument(reading.document, trans);
    case 'newer':
      return element(
        'p',
        'nbd-Muted',
        trans.__('A newer nbdoctor wrote this report; update nbdoctor to read it.')
      );
    case 'unreadable':
      return element(
        'p',
        'nbd-Muted',
        trans.__('This report cannot be read; run the cell again to make a new one.')
      );
  }
}
