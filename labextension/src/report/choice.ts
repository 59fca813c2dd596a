/** One of several things, chosen by a list: a native one, which all keyboards and readers know. */

import { element, idPrefix } from '../element';

export interface IChoice {
  title: string;
  /** Called when it is chosen first. */
  draw(): HTMLElement[];
}

/** A list of titles over what is chosen; the first is shown. */
export function choice(items: readonly IChoice[], label: string): HTMLElement {
  const id = `${idPrefix()}choice`;
  const select = element('select', 'nbd-Choice-list');
  select.id = id;
  // The arrow keys of the notebook go to other cells.
  select.dataset.lmSuppressShortcuts = 'true';
  select.append(
    ...items.map(({ title }, place) => {
      const option = element('option', '', title);
      option.value = String(place);
      return option;
    })
  );
  const name = element('label', 'nbd-Choice-label', label);
  name.htmlFor = id;
  const bodies = items.map(() => element('div', 'nbd-Choice-body'));
  const show = (chosen: number): void => {
    bodies.forEach((body, place) => {
      body.hidden = place !== chosen;
      if (place === chosen && body.childElementCount === 0) {
        body.append(...(items[place]?.draw() ?? []));
      }
    });
  };
  select.addEventListener('change', () => {
    show(select.selectedIndex);
  });
  select.addEventListener('keydown', event => {
    event.stopPropagation();
  });
  show(0);
  return element('div', 'nbd-Choice', element('div', 'nbd-Choice-head', name, select), bodies);
}
