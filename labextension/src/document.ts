/** A whole report, drawn from data alone: no kernel, no markup of the report's own. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { drawChart } from './chart';
import { element, folded, inline } from './element';
import { drawFinding, severityClass } from './finding';
import { drawTable } from './table';
import { tabs } from './tabs';
import type { Block, IPayload, ISection, IStoredReport } from './wire';

function drawBlock(
  block: Block,
  trans: TranslationBundle,
  report: IStoredReport | null
): HTMLElement {
  switch (block.kind) {
    case 'text':
      return element('p', 'nbd-Text', ...inline(block.text));
    case 'muted':
      return element('p', 'nbd-Muted', ...inline(block.text));
    case 'list': {
      const items = block.items.map(item => element('li', '', ...inline(item)));
      return element('ul', 'nbd-List', ...items);
    }
    case 'table':
      return drawTable(block);
    case 'chart':
      return drawChart(block, trans);
    case 'finding':
      return drawFinding(block, trans, report);
  }
}

function drawSections(
  sections: ISection[],
  trans: TranslationBundle,
  report: IStoredReport | null
): HTMLElement {
  const items = sections.map(({ title, count, blocks }) => ({
    title,
    count,
    body: element('div', '', ...blocks.map(block => drawBlock(block, trans, report)))
  }));
  return tabs(items, trans.__('Parts of the diagnosis'));
}

function drawHead(report: IPayload['document']): HTMLElement {
  const dot = element('span', 'nbd-Dot');
  dot.setAttribute('aria-hidden', 'true');
  return element(
    'div',
    `nbd-Head ${severityClass(report.verdict)}`,
    dot,
    element(
      'div',
      '',
      element('h3', 'nbd-Head-line', ...inline(report.headline)),
      element(
        'p',
        'nbd-Head-summary',
        element('span', 'nbd-Head-verdict', report.verdict_word),
        ' · ',
        ...inline(report.summary)
      )
    )
  );
}

/** The report as elements; a healthy model gets one calm line with the rest folded. */
export function drawDocument(
  { document: drawn, report }: IPayload,
  trans: TranslationBundle
): HTMLElement {
  const made = element('article', 'nbd-Report', drawHead(drawn));
  if (drawn.sections.length > 0) {
    const sections = drawSections(drawn.sections, trans, report);
    const calm = drawn.verdict === 'healthy';
    made.append(calm ? folded([trans.__('What was examined')], sections) : sections);
  }
  if (drawn.footer !== '') {
    made.append(element('p', 'nbd-Foot', ...inline(drawn.footer)));
  }
  return made;
}
