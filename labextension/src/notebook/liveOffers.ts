/** Fixes in the live view: Python says where each belongs, and it is drawn here. */

import { button } from '../element';

/** What view/html.py writes below a treatment that can be applied. */
const PLACE = 'data-nbd-place';

/** Whoever observes the attributes is told of each that is set, also to what it was. */
function hide(node: HTMLElement, isHidden: boolean): void {
  if (node.hidden !== isHidden) {
    node.hidden = isHidden;
  }
}

/** Draw the change of every treatment that has one, or of those only where none is drawn yet. */
export function fillOffers(
  root: Element | undefined,
  changeAt: (place: string) => HTMLElement | null,
  onlyEmpty: boolean
): void {
  for (const offer of root?.querySelectorAll<HTMLElement>(`.nbd-offer[${PLACE}]`) ?? []) {
    const isEmpty = offer.childElementCount === 0;
    if (onlyEmpty && !isEmpty) {
      continue;
    }
    const change = changeAt(offer.getAttribute(PLACE) ?? '');
    if (change || !isEmpty) {
      offer.replaceChildren(...(change ? [change] : []));
    }
    hide(offer, change === null);
    // The change shows its own lines: those that it would write.
    const diff = offer.parentElement?.querySelector<HTMLElement>(':scope > .nbd-diff');
    if (diff) {
      hide(diff, change !== null);
    }
  }
}

/** Lists of the live view keep their arrow keys, which the notebook would use to go to other cells. */
export function keepKeys(root: Element): void {
  for (const list of root.querySelectorAll('select')) {
    list.dataset.lmSuppressShortcuts ??= 'true';
  }
}

/** Where the live view tells what is tried on copies, a button that ends it: it interrupts. */
export function fillStops(root: Element | undefined, label: string, stop: () => void): void {
  for (const place of root?.querySelectorAll<HTMLElement>('.nbd-stop:empty') ?? []) {
    const made = button(label);
    made.addEventListener('click', stop);
    place.append(made);
    hide(place, false);
  }
}
