/** A treatment: what to do, what came of trying it, and the lines that it changes. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { append, element, folded, inline } from '../element';
import { drawChart } from './chart';
import { drawLines } from './diff';
import { linesOfDiff } from './unifiedDiff';
import type { IPatch, ITreatment } from './wire';

/** Outcomes of trials that are told, while the patch is not offered. */
export const DID_NOT_HELP = ['no effect', 'worse'];

/** Draws a patch that can be applied. */
export type DrawPatch = (patch: IPatch) => HTMLElement;

/** Treatments that are offered, and those that were tried and did not help. */
export function parted(treatments: readonly ITreatment[]): [ITreatment[], ITreatment[]] {
  const hasFailed = ({ outcome = '' }: ITreatment): boolean => DID_NOT_HELP.includes(outcome);
  return [treatments.filter(one => !hasFailed(one)), treatments.filter(hasFailed)];
}

/** Where `drawPatch` shows the lines of the patch, those of the document are left out. */
export function drawTreatment(
  treatment: ITreatment,
  trans: TranslationBundle,
  drawPatch?: DrawPatch
): HTMLElement {
  const made = element(
    'div',
    'nbd-Treatment',
    element(
      'div',
      'nbd-Treatment-title',
      inline(treatment.title),
      element('span', 'nbd-Treatment-effect', treatment.effect_word)
    ),
    element('p', 'nbd-Text', inline(treatment.text))
  );
  const change = treatment.patch && drawPatch ? drawPatch(treatment.patch) : null;
  if (change === null && treatment.diff !== '') {
    made.append(drawLines(linesOfDiff(treatment.diff), trans));
  }
  append(made, drawTrial(treatment, trans));
  if (change !== null) {
    made.append(change);
  }
  return made;
}

/** What came of trying it on a copy: a sentence and two curves. */
function drawTrial(treatment: ITreatment, trans: TranslationBundle): HTMLElement[] {
  if (treatment.trial === undefined || treatment.trial === '') {
    return [];
  }
  const helps = treatment.outcome === 'helps' ? 'nbd-mod-helps' : '';
  const said = element('p', `nbd-Trial ${helps}`, inline(treatment.trial));
  return treatment.chart ? [said, drawChart(treatment.chart, trans)] : [said];
}

/** Those that were tried in vain are folded away: they are told, and not offered. */
export function drawTreatments(
  treatments: readonly ITreatment[],
  trans: TranslationBundle,
  drawPatch?: DrawPatch
): HTMLElement[] {
  const [offered, failed] = parted(treatments);
  const draw = (one: ITreatment): HTMLElement => drawTreatment(one, trans, drawPatch);
  if (failed.length === 0) {
    return offered.map(draw);
  }
  const title = trans.__('Tried without success (%1)', failed.length);
  return [...offered.map(draw), folded(title, failed.map(draw))];
}
