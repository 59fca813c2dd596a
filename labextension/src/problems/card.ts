/** One problem in the side panel: what is wrong, and folded under it the fixes and the reason. */

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IChange } from '../notebook/change';
import { drawOffer } from '../notebook/changeView';
import { button, element, folded, inline } from '../element';
import { drawCertainty, drawFits, drawMeasures, placeWords } from '../report/finding';
import { drawManual } from '../report/manual';
import { severityClass } from '../report/severity';
import { type DrawPatch, drawTreatment, parted } from '../report/treatment';
import type { IPatch, ITreatment } from '../report/wire';
import type { IGroup, IProblem } from './problem';

/** What can be done with a problem. */
export interface IActions {
  reveal(of: IProblem, focus: boolean): void;
  hide(of: IProblem): void;
  /** What a patch of a problem in the list does now. */
  changeOf(patch: IPatch, group: IGroup): IChange;
}

/** Names the parts of a card, so that focus and folds outlive a change of the list. */
export const PART = 'data-nbd-part';

function named<T extends HTMLElement>(node: T, problem: IProblem, part: string): T {
  node.setAttribute(PART, `${problem.key} ${part}`);
  return node;
}

/** "Fix (2)": how many ways there are, and whether one can be applied. */
function fixTitle(
  offered: readonly ITreatment[],
  failed: readonly ITreatment[],
  trans: TranslationBundle
): string {
  const counted = (title: string, count: number): string =>
    count > 1 ? `${title} (${count})` : title;
  if (offered.length === 0) {
    return counted(trans.__('Tried without success'), failed.length);
  }
  const canApply = offered.some(({ patch }) => patch !== null);
  return counted(canApply ? trans.__('Fix') : trans.__('What to do'), offered.length);
}

function drawFixes(
  of: IProblem,
  group: IGroup,
  actions: IActions,
  trans: TranslationBundle
): HTMLElement[] {
  const { treatments } = of.finding;
  if (treatments.length === 0) {
    return [];
  }
  const [offered, failed] = parted(treatments);
  const drawPatch: DrawPatch = patch => drawOffer(() => actions.changeOf(patch, group), trans);
  const draw = (one: ITreatment): HTMLElement => drawTreatment(one, trans, drawPatch);
  const inner =
    offered.length > 0 && failed.length > 0
      ? [...offered.map(draw), folded(fixTitle([], failed, trans), failed.map(draw))]
      : treatments.map(draw);
  return [named(folded(fixTitle(offered, failed, trans), inner), of, 'fix')];
}

function drawWhy(of: IProblem, trans: TranslationBundle): HTMLElement[] {
  const { measures, page } = of.finding;
  if (measures.length === 0 && page === '') {
    return [];
  }
  const parts = [
    ...(measures.length > 0 ? [drawMeasures(of.finding, trans)] : []),
    ...(page === '' ? [] : [drawManual(page)])
  ];
  return [named(folded(trans.__('Why?'), parts), of, 'why')];
}

function drawFacts(of: IProblem, trans: TranslationBundle): HTMLElement {
  const { rule } = of.finding;
  return element(
    'div',
    'nbd-Problem-facts',
    ...drawCertainty(of.finding),
    element('span', '', placeWords(of.finding, trans)),
    ...drawFits(of.finding, trans),
    element('code', 'nbd-Card-rule', rule)
  );
}

export function drawProblem(
  of: IProblem,
  group: IGroup,
  actions: IActions,
  trans: TranslationBundle
): HTMLElement {
  const title = named(button(of.finding.title, 'nbd-Problem-title'), of, 'title');
  title.addEventListener('click', () => {
    actions.reveal(of, true);
  });
  const hide = named(button(trans.__('Hide this rule'), 'nbd-Problem-hide'), of, 'hide');
  hide.title = trans.__('Leave out the findings of %1, now and later', of.finding.rule);
  hide.addEventListener('click', () => {
    actions.hide(of);
  });
  const because = trans.__('A consequence of: %1', of.cause);
  return element(
    'li',
    `nbd-Problem ${severityClass(of.finding.severity)} ${of.cause === '' ? '' : 'nbd-mod-inner'}`,
    element('h4', '', title),
    drawFacts(of, trans),
    element('p', 'nbd-Text', inline(of.finding.says)),
    of.cause === '' ? [] : [element('p', 'nbd-Muted', inline(because))],
    drawFixes(of, group, actions, trans),
    drawWhy(of, trans),
    hide
  );
}
