/** A table whose first column names its rows. */

import { append, type Child, element, folded, inline } from '../element';
import { drawLeads, place } from './leads';
import type { ILead, ITable } from './wire';

function heading(text: string, scope: 'col' | 'row'): HTMLTableCellElement {
  const made = element('th', '', inline(text));
  made.scope = scope;
  return made;
}

function drawRow([name = '', ...cells]: string[], leads?: ILead[]): HTMLTableRowElement {
  const drawn: Child[] = cells.map(cell => element('td', '', inline(cell)));
  const leading = leads ? [element('td', '', drawLeads(leads))] : [];
  return element('tr', '', heading(name, 'row'), leading, drawn);
}

/** A table, in a frame that scrolls sideways where the page is narrow. */
export function drawTable(table: ITable): HTMLElement {
  const { leads, anchors = [], leads_title: ways = '', fold_title: title = '' } = table;
  const [first = '', ...others] = table.header;
  const names = leads ? [first, ways, ...others] : table.header;
  const header = names.map(text => (text === '' ? element('td', '') : heading(text, 'col')));
  const rows = table.rows.map((row, i) => {
    const drawn = drawRow(row, leads && (leads[i] ?? []));
    place(drawn, anchors[i]);
    return drawn;
  });
  const caption = element('caption', 'nbd-Table-caption', inline(table.caption));
  if (table.titled === false) {
    caption.classList.add('nbd-Unseen');
  }
  const drawn = element(
    'table',
    'nbd-Table',
    caption,
    element('thead', '', element('tr', '', header))
  );
  append(drawn, [element('tbody', '', rows)]);
  const frame = element('div', 'nbd-Table-frame', drawn);
  return table.folded ? folded(inline(title || table.caption), frame) : frame;
}
