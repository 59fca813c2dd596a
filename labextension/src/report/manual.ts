/** A rule's manual page: headings, paragraphs, lists and code; the rest of Markdown is not used. */

import { element, inline } from '../element';

/** What prints the page in a terminal. */
export function manualCommand(rule: string): string {
  return `python -m nbdoctor explain ${rule}`;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/** The headings that a part begins with, and what stands below them. */
function* drawPart(part: string): Generator<HTMLElement> {
  const lines = part.split('\n');
  let start = 0;
  for (let heading = /^#+\s(.*)$/.exec(lines[0] ?? ''); heading; start += 1) {
    yield element('h5', 'nbd-Manual-heading', inline((heading[1] ?? '').trim()));
    heading = /^#+\s(.*)$/.exec(lines[start + 1] ?? '');
  }
  const rest = lines.slice(start);
  const text = rest.join('\n');
  if (text.trim() === '') {
    return;
  }
  if (rest.every(line => line.startsWith('    '))) {
    yield element('pre', 'nbd-Manual-code', rest.map(line => line.slice(4)).join('\n'));
  } else if (/^[-*]\s/.test(text)) {
    const items = text.split(/^[-*]\s/m).filter(item => item.trim() !== '');
    const drawn = items.map(item => element('li', '', inline(oneLine(item))));
    yield element('ul', 'nbd-List', drawn);
  } else {
    yield element('p', 'nbd-Text', inline(text.replace(/\s+/g, ' ')));
  }
}

/** The parts of a text between its empty lines. */
function parts(prose: string): string[] {
  const found: string[][] = [[]];
  for (const line of prose.split('\n')) {
    if (line.trim() === '') {
      found.push([]);
    } else {
      found.at(-1)?.push(line);
    }
  }
  return found.map(lines => lines.join('\n')).filter(part => part !== '');
}

export function drawManual(page: string): HTMLElement {
  const drawn = page
    .split(/^```.*$/m)
    .flatMap((part, index) =>
      index % 2 === 1
        ? [element('pre', 'nbd-Manual-code', part.trim())]
        : parts(part).flatMap(one => [...drawPart(one)])
    );
  return element('div', 'nbd-Manual', drawn);
}
