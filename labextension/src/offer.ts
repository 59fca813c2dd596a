/** The buttons under a treatment; what they do is up to who listens for their clicks. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { element } from './element';
import type { IFix } from './fix';

/** A button that stands for a treatment ("2:0": first treatment of the third finding). */
export interface IAsked {
  action: 'apply' | 'copy';
  place: string;
}

function button(text: string, className: string): HTMLButtonElement {
  const made = element('button', className, text);
  made.type = 'button';
  return made;
}

/** The same as view/html.py writes for the live view. */
export function drawOffer(place: string, fix: IFix, trans: TranslationBundle): HTMLElement {
  const proved = fix.isProved ? ' nbd-proved' : '';
  const apply = button(trans.__('Apply to cell'), `nbd-apply${proved}`);
  apply.dataset.nbdApply = place;
  const copy = button(trans.__('Copy'), '');
  copy.dataset.nbdCopy = place;
  copy.title = trans.__('Copy the whole cell with this change');
  return element('div', 'nbd-offer', apply, copy);
}

/** What a click asks for, null where it hit none of these buttons. */
export function asked({ target }: Event): IAsked | null {
  const found =
    target instanceof Element
      ? target.closest<HTMLElement>('[data-nbd-apply], [data-nbd-copy]')
      : null;
  const { nbdApply, nbdCopy } = found?.dataset ?? {};
  if (nbdApply !== undefined) {
    return { action: 'apply', place: nbdApply };
  }
  return nbdCopy === undefined ? null : { action: 'copy', place: nbdCopy };
}
