/** What a dialog shows before a change is made. */

import { element } from '../element';

/** A long change scrolls, by keyboard too, so it takes the focus and has a name. */
export function preview(drawn: HTMLElement, name: string): HTMLElement {
  const node = element('div', 'nbd-Report nbd-Preview', drawn);
  node.tabIndex = 0;
  node.setAttribute('role', 'region');
  node.setAttribute('aria-label', name);
  return node;
}
