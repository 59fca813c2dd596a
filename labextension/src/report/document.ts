/** A whole report, drawn from data alone: no kernel, no markup of the report's own. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { drawChart } from './chart';
import { choice } from './choice';
import { element, folded, inline } from '../element';
import { drawFinding } from './finding';
import { dropBlindLeads, place } from './leads';
import { drawSign, severityClass } from './severity';
import { drawTable } from './table';
import { tabs } from './tabs';
import type { DrawPatch } from './treatment';
import type { Block, IChart, IDocument, IFit, IPayload, ISection } from './wire';

export function drawBlock(
  block: Block,
  trans: TranslationBundle,
  drawPatch?: DrawPatch
): HTMLElement {
  switch (block.kind) {
    case 'text': {
      const drawn = element('p', 'nbd-Text', inline(block.text));
      place(drawn, block.anchor);
      return drawn;
    }
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
    case 'fold': {
      const drawn = folded(
        inline(block.title),
        block.blocks.map(one => drawBlock(one, trans, drawPatch))
      );
      drawn.classList.add('nbd-Part');
      drawn.open = block.is_open === true;
      place(drawn, block.anchor);
      return drawn;
    }
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

/** The score beside what is possible: its picture says its title. */
function drawScore(score: IChart, trans: TranslationBundle): HTMLElement {
  const drawn = drawChart(score, trans);
  drawn.classList.add('nbd-Score');
  return drawn;
}

export function drawHead(report: IDocument, trans: TranslationBundle): HTMLElement {
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
      ),
      report.score ? [drawScore(report.score, trans)] : []
    )
  );
}

export function drawFoot({ footer }: IDocument): HTMLElement[] {
  return footer === '' ? [] : [element('p', 'nbd-Foot', inline(footer))];
}

/** What was examined of one fit; that of a healthy model is folded behind its calm line. */
function drawFit(drawn: IDocument, trans: TranslationBundle, drawPatch?: DrawPatch): HTMLElement[] {
  const head = drawHead(drawn, trans);
  if (drawn.sections.length === 0) {
    return [head, ...drawFoot(drawn)];
  }
  const sections = drawSections(drawn.sections, trans, drawPatch);
  const calm = drawn.verdict === 'healthy';
  const body = calm ? folded(trans.__('What was examined'), sections) : sections;
  return [head, body, ...drawFoot(drawn)];
}

/** Several fits: what was found in all of them, and each where it is chosen. */
function drawFits(
  drawn: IDocument,
  fits: readonly IFit[],
  trans: TranslationBundle,
  drawPatch?: DrawPatch
): HTMLElement[] {
  const blocks = drawn.sections.flatMap(section => section.blocks);
  const overview = {
    title: trans.__('All fits'),
    draw: () => blocks.map(block => drawBlock(block, trans, drawPatch))
  };
  const each = fits.map(({ title, document: of }) => ({
    title: title.replace(/`([^`]*)`/g, '“$1”'),
    draw: () => drawFit(of, trans, drawPatch)
  }));
  const chosen = choice([overview, ...each], trans.__('Show'));
  const calm = drawn.verdict === 'healthy';
  const body = calm ? folded(trans.__('What was examined'), chosen) : chosen;
  return [drawHead(drawn, trans), body, ...drawFoot(drawn)];
}

/** The report as elements. */
export function drawDocument(
  { document: drawn, fits = [] }: IPayload,
  trans: TranslationBundle,
  drawPatch?: DrawPatch
): HTMLElement {
  const parts =
    fits.length > 0 ? drawFits(drawn, fits, trans, drawPatch) : drawFit(drawn, trans, drawPatch);
  const made = element('article', 'nbd-Report', parts);
  dropBlindLeads(made);
  return made;
}
