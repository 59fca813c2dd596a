/** A rule's manual page: headings, paragraphs, lists and code; the rest of Markdown is not used. */

import { element, inline } from './element';

function drawPart(part: string): HTMLElement[] {
  const lines = part.split('\n');
  const first = lines[0] ?? '';
  const heading = /^#+\s+(.*)$/.exec(first);
  if (heading) {
    const rest = lines.slice(1).join('\n');
    const title = element('h5', 'nbd-Page-heading', ...inline(heading[1] ?? ''));
    return rest.trim() === '' ? [title] : [title, ...drawPart(rest)];
  }
  if (lines.every(line => line.startsWith('    '))) {
    return [element('pre', 'nbd-Page-code', lines.map(line => line.slice(4)).join('\n'))];
  }
  if (/^[-*]\s/.test(first)) {
    const items = part.split(/^[-*]\s+/m).filter(item => item.trim() !== '');
    const drawn = items.map(item => element('li', '', ...inline(item.trim().replace(/\s+/g, ' '))));
    return [element('ul', 'nbd-List', ...drawn)];
  }
  return [element('p', 'nbd-Text', ...inline(part.replace(/\s+/g, ' ')))];
}

function drawProse(prose: string): HTMLElement[] {
  return prose
    .split(/\n\s*\n/)
    .map(part => part.replace(/^\n+/, ''))
    .filter(part => part.trim() !== '')
    .flatMap(drawPart);
}

export function drawPage(page: string): HTMLElement {
  const drawn = page
    .split(/^```.*$/m)
    .flatMap((part, index) =>
      index % 2 === 1 ? [element('pre', 'nbd-Page-code', part.trim())] : drawProse(part)
    );
  return element('div', 'nbd-Page', ...drawn);
}
