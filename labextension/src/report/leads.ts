/** Ways from one part of a report to another: links, and the ids that they go to. */

import { element, inline } from '../element';
import type { ILead } from './wire';

/** Of ids that Python gives; no other may become one here. */
const ANCHOR = /^nbd-[0-9a-f]{10}$/;

/** Make an element one that leads go to. */
export function place(of: HTMLElement, anchor: string | undefined): void {
  if (anchor !== undefined && ANCHOR.test(anchor)) {
    of.id = anchor;
  }
}

export function drawLeads(leads: ILead[]): HTMLElement[] {
  return leads
    .filter(({ anchor }) => ANCHOR.test(anchor))
    .map(({ text, anchor }) => {
      const made = element('a', 'nbd-Lead', inline(text));
      made.href = `#${anchor}`;
      return made;
    });
}

/** Take leads away that go to what is not drawn: histograms, which a live view draws when asked. */
export function dropBlindLeads(root: HTMLElement): void {
  const there = new Set(Array.from(root.querySelectorAll('[id]'), ({ id }) => id));
  for (const lead of root.querySelectorAll<HTMLAnchorElement>('a.nbd-Lead')) {
    if (!there.has(lead.hash.slice(1))) {
      lead.remove();
    }
  }
}

/** The element that a link of a report goes to, where it is below `root`. */
export function targetOf(link: HTMLAnchorElement, root: Element): HTMLElement | null {
  const anchor = link.hash.slice(1);
  return ANCHOR.test(anchor) ? root.querySelector(`[id="${anchor}"]`) : null;
}

/** Show what is folded away or behind a tab of ours, and go there. */
export function goTo(target: HTMLElement): void {
  for (let at: HTMLElement | null = target; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) {
      at.open = true;
    }
    if (at.hidden && at.getAttribute('role') === 'tabpanel') {
      document.getElementById(at.getAttribute('aria-labelledby') ?? '')?.click();
    }
  }
  target.tabIndex = -1; // so that the keyboard goes on from there
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: 'nearest' });
}
