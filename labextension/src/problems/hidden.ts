/** What is left out of the list because its rule is hidden, and a way back for each rule. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { button, element, folded } from '../element';

export interface IHiddenActions {
  /** Ends once the setting is saved, or its failure is told. */
  showAgain(rule: string): Promise<void>;
}

function drawRule(
  rule: string,
  times: number,
  actions: IHiddenActions,
  trans: TranslationBundle
): HTMLElement {
  const show = button(trans.__('Show again'), 'nbd-Link');
  show.setAttribute('aria-label', trans.__('Show the findings of %1 again', rule));
  show.addEventListener('click', () => {
    void actions.showAgain(rule);
  });
  const count = times > 1 ? ` (${times})` : '';
  return element('li', '', element('code', 'nbd-Code', rule), `${count} `, show);
}

/** `ignored` has the rule of each finding that is left out. */
export function drawHidden(
  ignored: readonly string[],
  actions: IHiddenActions,
  trans: TranslationBundle
): HTMLElement[] {
  if (ignored.length === 0) {
    return [];
  }
  const says = trans._n('%1 is of a hidden rule', '%1 are of hidden rules', ignored.length);
  const items = [...new Set(ignored)].sort().map(rule => {
    const times = ignored.filter(other => other === rule).length;
    return drawRule(rule, times, actions, trans);
  });
  return [folded(says, element('ul', 'nbd-List', items))];
}
