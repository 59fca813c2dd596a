/** How bad something is, as it is shown: by colour, by shape, and in a word beside them. */

import { element } from '../element';

/** Severities that have a colour; the word stands beside it in any case. */
const COLOURED = ['critical', 'warning', 'note', 'healthy'];

/** Told apart by their shape, for those who do not see the colour. */
const SIGNS = new Map([
  ['critical', '✖'],
  ['warning', '▲'],
  ['note', '●'],
  ['healthy', '✔']
]);

export function severityClass(severity: string): string {
  return COLOURED.includes(severity) ? `nbd-mod-${severity}` : '';
}

export function sign(severity: string): string {
  return SIGNS.get(severity) ?? '○';
}

/** The sign, which says nothing that the word beside it does not. */
export function drawSign(severity: string): HTMLElement {
  const made = element('span', 'nbd-Sign', sign(severity));
  made.setAttribute('aria-hidden', 'true');
  return made;
}
