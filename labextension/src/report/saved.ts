/** The report as it is stored in a notebook, or one sentence when it cannot be drawn. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { drawDocument } from './document';
import { element } from '../element';
import type { Reading } from './reading';
import type { DrawPatch } from './treatment';

export function drawReading(
  reading: Reading,
  trans: TranslationBundle,
  drawPatch?: DrawPatch
): HTMLElement {
  switch (reading.kind) {
    case 'report':
      return drawDocument(reading, trans, drawPatch);
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
