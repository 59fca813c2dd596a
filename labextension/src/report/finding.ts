/** A finding as a card: what is wrong, the proof, the treatments, what it explains, and why. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { append, type Child, element, folded, inline } from '../element';
import { drawLeads, place } from './leads';
import { drawManual, manualCommand } from './manual';
import { drawSign, severityClass } from './severity';
import { drawTable } from './table';
import { type DrawPatch, drawTreatments } from './treatment';
import type { IFinding } from './wire';

export function drawMeasures(finding: IFinding, trans: TranslationBundle): HTMLElement {
  return drawTable({
    kind: 'table',
    caption: trans.__('Measured and expected'),
    header: ['', trans.__('measured'), trans.__('expected')],
    rows: finding.measures,
    folded: false
  });
}

/** How bad and how sure it is; reports of old do not say the second. */
export function drawCertainty(finding: IFinding): HTMLElement[] {
  const { severity, severity_word: word, evidence = '' } = finding;
  return [
    element('span', 'nbd-Card-severity', drawSign(severity), ' ', word),
    element('span', 'nbd-Card-evidence', evidence)
  ];
}

/** "line 4", "line 2 of cell [3]"; "" where that is not known. */
export function placeWords({ line, elsewhere }: IFinding, trans: TranslationBundle): string {
  if (line !== null) {
    return trans.__('line %1', line);
  }
  return elsewhere ? trans.__('line %1 of cell [%2]', elsewhere.line, elsewhere.number) : '';
}

/** Of several fits of a cell those that it was found in. */
export function drawFits({ fits = '' }: IFinding, trans: TranslationBundle): HTMLElement[] {
  return fits === '' ? [] : [element('span', 'nbd-Card-fits', trans.__('in %1', fits))];
}

/** Ways to the layers that it is about. */
function drawLayers({ leads = [] }: IFinding, trans: TranslationBundle): HTMLElement[] {
  const layers = drawLeads(leads);
  const name = layers.length === 1 ? trans.__('layer') : trans.__('layers');
  return layers.length === 0 ? [] : [element('span', 'nbd-Card-layers', name, ' ', layers)];
}

/** Ways to the tab that tells more of it. */
function drawSee({ see = [] }: IFinding): Child[] {
  return drawLeads(see).flatMap(lead => [' ', lead]);
}

function drawHead(finding: IFinding, trans: TranslationBundle): HTMLElement {
  return element(
    'div',
    'nbd-Card-head',
    element('h4', 'nbd-Card-title', inline(finding.title)),
    ...drawCertainty(finding),
    element('span', 'nbd-Card-line', placeWords(finding, trans)),
    ...drawFits(finding, trans),
    element('code', 'nbd-Card-rule', finding.rule),
    ...drawLayers(finding, trans)
  );
}

/** The card; `drawPatch` draws the fixes that can be applied. */
export function drawFinding(
  finding: IFinding,
  trans: TranslationBundle,
  drawPatch?: DrawPatch
): HTMLElement {
  const card = element(
    'section',
    `nbd-Card ${severityClass(finding.severity)}`,
    drawHead(finding, trans),
    element('p', 'nbd-Text', inline(finding.says), drawSee(finding))
  );
  place(card, finding.anchor);
  if (finding.measures.length > 0) {
    card.append(drawMeasures(finding, trans));
  }
  append(card, drawTreatments(finding.treatments, trans, drawPatch));
  if (finding.consequences.length > 0) {
    const consequences = finding.consequences.map(child => drawFinding(child, trans, drawPatch));
    card.append(folded(trans.__('What this explains (%1)', consequences.length), consequences));
  }
  if (finding.page !== '') {
    card.append(folded(trans.__('Why?'), drawManual(finding.page)));
  } else {
    const command = `\`${manualCommand(finding.rule)}\``;
    card.append(element('p', 'nbd-Text', inline(trans.__('More: %1', command))));
  }
  return card;
}
