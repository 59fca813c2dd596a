/** A whole report, drawn from data alone: no kernel, no markup of the report's own. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { drawChart } from './chart';
import { append, element, folded, inline } from '../element';
import { drawFinding } from './finding';
import { drawSign, severityClass } from './severity';
import { drawTable } from './table';
import { tabs } from './tabs';
import type { DrawPatch } from './treatment';
import type { Block, IDocument, IPayload, ISection } from './wire';

export function drawBlock(
  block: Block,
  trans: TranslationBundle,
  drawPatch?: DrawPatch
): HTMLElement {
  switch (block.kind) {
    case 'text':
      return element('p', 'nbd-Text', inline(block.text));
    case 'muted':
    case 'placeholder':
      return element('p', 'nbd-Muted', inline(block.text));
    case 'list': {
      const items = block.items.map(item => element('li', '', inline(item)));
      return element('ul', 'nbd-List', items);
    }
    case 'table':
      return drawTable(block);
    case 'chart':
      return drawChart(block, trans);
    case 'finding':
      return drawFinding(block, trans, drawPatch);
  }
}

function drawSections(
  sections: ISection[],
  trans: TranslationBundle,
  drawPatch?: DrawPatch
): HTMLElement {
  const draw = (block: Block): HTMLElement => drawBlock(block, trans, drawPatch);
  const items = sections.map(({ title, count, blocks }) => ({
    title,
    count,
    body: element('div', '', blocks.map(draw))
  }));
  return tabs(items, trans.__('Parts of the diagnosis'));
}

export function drawHead(report: IDocument): HTMLElement {
  return element(
    'div',
    `nbd-Head ${severityClass(report.verdict)}`,
    drawSign(report.verdict),
    element(
      'div',
      '',
      element('h3', 'nbd-Head-line', inline(report.headline)),
      element(
        'p',
        'nbd-Head-summary',
        element('span', 'nbd-Head-verdict', report.verdict_word),
        ' · ',
        inline(report.summary)
      )
    )
  );
}

export function drawFoot({ footer }: IDocument): HTMLElement[] {
  return footer === '' ? [] : [element('p', 'nbd-Foot', inline(footer))];
}

/** The report as elements; a healthy model gets one calm line with the rest folded. */
export function drawDocument(
  { document: drawn }: IPayload,
  trans: TranslationBundle,
  drawPatch?: DrawPatch
): HTMLElement {
  const made = element('article', 'nbd-Report', drawHead(drawn));
  if (drawn.sections.length > 0) {
    const sections = drawSections(drawn.sections, trans, drawPatch);
    const calm = drawn.verdict === 'healthy';
    made.append(calm ? folded(trans.__('What was examined'), sections) : sections);
  }
  append(made, drawFoot(drawn));
  return made;
}
