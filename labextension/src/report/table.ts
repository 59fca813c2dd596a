/** A table whose first column names its rows. */

import { element, folded, inline } from '../element';
import type { ITable } from './wire';

function heading(text: string, scope: 'col' | 'row'): HTMLTableCellElement {
  const made = element('th', '', inline(text));
  made.scope = scope;
  return made;
}

function drawRow([name = '', ...cells]: string[]): HTMLTableRowElement {
  const drawn = cells.map(cell => element('td', '', inline(cell)));
  return element('tr', '', heading(name, 'row'), drawn);
}

/** A table, in a frame that scrolls sideways where the page is narrow. */
export function drawTable(table: ITable): HTMLElement {
  const header = table.header.map(text => (text === '' ? element('td', '') : heading(text, 'col')));
  const drawn = element(
    'table',
    'nbd-Table',
    element('caption', 'nbd-Table-caption', inline(table.caption)),
    element('thead', '', element('tr', '', header)),
    element('tbody', '', table.rows.map(drawRow))
  );
  const frame = element('div', 'nbd-Table-frame', drawn);
  return table.folded ? folded(inline(table.caption), frame) : frame;
}
