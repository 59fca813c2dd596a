/** A report as a page of its own: drawn from checked data, without script, readable offline. */

import { drawLines } from './diff';
import { drawBlock, drawFoot, drawHead } from './document';
import { element, folded, inline } from '../element';
import { english } from './english';
import { PAGE_STYLE, PAGE_STYLE_HASH } from './exportStyle';
import { listed } from './fits';
import { dropBlindLeads } from './leads';
import { lineDiff } from './lineDiff';
import { escaped, serialized } from './serialize';
import { visible } from './visible';
import type { IDocument, IFit, IPatch, IPayload, ISection } from './wire';

/** Nothing may be loaded or run, and no style but ours; were a word not escaped, it would be mute. */
const POLICY =
  `default-src 'none'; style-src '${PAGE_STYLE_HASH}'; ` + "base-uri 'none'; form-action 'none'";

/** A text that nothing hides in, line by line. */
function written(source: string): string {
  return source
    .split('\n')
    .map(line =>
      visible(line, false)
        .map(({ text }) => text)
        .join('')
    )
    .join('\n');
}

/** What a patch changes, and the whole cell with it to be copied by hand. */
function drawPatch({ expected, patched }: IPatch): HTMLElement {
  return element(
    'div',
    '',
    drawLines(lineDiff(expected, patched), english),
    folded(
      english.__('The whole cell with this change, to copy'),
      element('pre', 'nbd-Cell', written(patched))
    )
  );
}

function drawSection({ title, count, blocks }: ISection, isOpen: boolean): HTMLElement {
  const name = element('h3', 'nbd-Section-title', count ? `${title} ${count}` : title);
  const drawn = folded(name, ...blocks.map(block => drawBlock(block, english, drawPatch)));
  drawn.classList.add('nbd-Section');
  drawn.open = isOpen;
  return drawn;
}

function drawFit(drawn: IDocument): HTMLElement[] {
  const isCalm = drawn.verdict === 'healthy';
  const sections = drawn.sections.map((section, place) =>
    drawSection(section, place === 0 && !isCalm)
  );
  return [drawHead(drawn, english), ...sections, ...drawFoot(drawn)];
}

/** What was found in all fits, and each of them folded below. */
function drawFits(drawn: IDocument, fits: readonly IFit[]): HTMLElement[] {
  const blocks = drawn.sections.flatMap(section => section.blocks);
  const each = fits.map(listed).map(({ title, document: of }) => {
    const name = element('h3', 'nbd-Section-title', inline(title));
    const part = folded(name, ...drawFit(of));
    part.classList.add('nbd-Section');
    return part;
  });
  const found = blocks.map(block => drawBlock(block, english, drawPatch));
  return [drawHead(drawn, english), ...found, ...each, ...drawFoot(drawn)];
}

export function pageOf({ document: drawn, fits = [] }: IPayload): string {
  const parts = fits.length > 0 ? drawFits(drawn, fits) : drawFit(drawn);
  const body = element('article', 'nbd-Report', parts);
  dropBlindLeads(body);
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
    '<meta name="viewport" content="width=device-width,initial-scale=1">' +
    `<title>${escaped(drawn.headline.replaceAll('`', ''))}</title>` +
    `<style>${PAGE_STYLE}</style></head><body>${serialized(body)}</body></html>`
  );
}
