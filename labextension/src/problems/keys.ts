/** The keys of the side panel. They work only while it has the focus, and not while one types. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { element } from '../element';

export type Deed = 'next' | 'previous' | 'fix' | 'why' | 'hide' | 'leave';

const DEEDS: Record<string, Deed> = {
  arrowdown: 'next',
  j: 'next',
  arrowup: 'previous',
  k: 'previous',
  f: 'fix',
  w: 'why',
  h: 'hide',
  escape: 'leave'
};

/** What a key does here, null when it is none of ours. */
export function keyOf({ key, ctrlKey, altKey, metaKey, target }: KeyboardEvent): Deed | null {
  const isTyped = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
  const deed = DEEDS[key.toLowerCase()] ?? null;
  const isPlain = !ctrlKey && !altKey && !metaKey;
  return isPlain && (!isTyped || deed === 'leave') ? deed : null;
}

/** Which keys work while the panel has the focus. */
export function keyHelp(trans: TranslationBundle): HTMLElement {
  const keys: [string, string][] = [
    [trans.__('↓ ↑ or J K'), trans.__('next, previous problem')],
    ['Enter', trans.__('go to its line')],
    ['F', trans.__('fix')],
    ['W', trans.__('why')],
    ['H', trans.__('hide its rule')],
    ['Esc', trans.__('back to the notebook')]
  ];
  const list = keys.flatMap(([key, does]) => [
    element('dt', '', element('kbd', '', key)),
    element('dd', '', does)
  ]);
  return element(
    'details',
    'nbd-Keys nbd-Fold',
    element('summary', 'nbd-Fold-title', trans.__('Keys in this panel')),
    element('dl', '', ...list)
  );
}
