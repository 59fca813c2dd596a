/** The lines of a change, as they are shown. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { element } from '../element';
import type { IDiffLine } from './lineDiff';
import { visible } from './visible';

const CLASSES: Record<string, string> = {
  '+': 'nbd-Diff-added',
  '-': 'nbd-Diff-removed',
  '…': 'nbd-Diff-gap'
};

function drawLine({ sign, text, line }: IDiffLine, trans: TranslationBundle): HTMLElement {
  if (sign === '…') {
    return element('span', 'nbd-Diff-gap', trans.__('⋯ the same from line %1', line));
  }
  const parts = visible(text, sign !== ' ').map(part =>
    part.isMark ? element('span', 'nbd-Diff-mark', part.text) : part.text
  );
  return element('span', CLASSES[sign] ?? 'nbd-Diff-same', `${sign} `, ...parts);
}

/** The lines with their signs, each character of them to be seen. */
export function drawLines(lines: IDiffLine[], trans: TranslationBundle): HTMLElement {
  return element('pre', 'nbd-Diff', ...lines.map(line => drawLine(line, trans)));
}
