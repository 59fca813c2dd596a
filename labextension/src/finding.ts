/** A finding as a card: what is wrong, the proof, the treatments, what it explains, and why. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { drawChart } from './chart';
import { element, folded, inline } from './element';
import { DID_NOT_HELP, fixOf } from './fix';
import { drawOffer } from './offer';
import { drawPage } from './page';
import { drawTable } from './table';
import type { IFinding, IStoredReport, ITreatment } from './wire';

/** Severities that have a colour; the word stands beside it in any case. */
const COLOURED = ['critical', 'warning', 'note'];

export function severityClass(severity: string): string {
  return COLOURED.includes(severity) || severity === 'healthy' ? `nbd-mod-${severity}` : '';
}

const DIFF_CLASSES: Record<string, string> = { '+': 'nbd-Diff-added', '-': 'nbd-Diff-removed' };

function drawDiffLine(line: string): HTMLElement {
  const sign = line.charAt(0);
  return element('span', DIFF_CLASSES[sign] ?? 'nbd-Diff-same', `${sign} ${line.slice(1)}`);
}

/** The changed lines with their signs; names of files and line numbers of a diff say nothing here. */
export function drawDiff(diff: string): HTMLElement {
  const lines = diff.split('\n').filter(line => !/^(---|\+\+\+|@@)/.test(line) && line !== '');
  return element('pre', 'nbd-Diff', ...lines.map(drawDiffLine));
}

export function drawTreatment(treatment: ITreatment, trans: TranslationBundle): HTMLElement {
  const made = element(
    'div',
    'nbd-Treatment',
    element(
      'div',
      'nbd-Treatment-title',
      ...inline(treatment.title),
      element('span', 'nbd-Treatment-effect', treatment.effect_word)
    ),
    element('p', 'nbd-Text', ...inline(treatment.text))
  );
  if (treatment.diff !== '') {
    made.append(drawDiff(treatment.diff));
  }
  made.append(...drawTrial(treatment, trans));
  return made;
}

/** What came of trying it on a copy: a sentence and two curves. */
function drawTrial(treatment: ITreatment, trans: TranslationBundle): HTMLElement[] {
  if (treatment.trial === undefined || treatment.trial === '') {
    return [];
  }
  const helps = treatment.outcome === 'helps' ? 'nbd-mod-helps' : '';
  const said = element('p', `nbd-Trial ${helps}`, ...inline(treatment.trial));
  return treatment.chart ? [said, drawChart(treatment.chart, trans)] : [said];
}

export function drawMeasures(finding: IFinding, trans: TranslationBundle): HTMLElement {
  return drawTable({
    kind: 'table',
    caption: trans.__('Measured and expected'),
    header: ['', trans.__('measured'), trans.__('expected')],
    rows: finding.measures,
    folded: false
  });
}

function drawHead(finding: IFinding, trans: TranslationBundle): HTMLElement {
  const line = finding.line === null ? '' : trans.__('line %1', finding.line);
  return element(
    'div',
    'nbd-Card-head',
    element('h4', 'nbd-Card-title', ...inline(finding.title)),
    element('span', 'nbd-Card-severity', finding.severity_word),
    element('span', 'nbd-Card-line', line),
    element('code', 'nbd-Card-rule', finding.rule)
  );
}

/** Those that were tried in vain are folded away: they are told, and not offered. */
function drawTreatments(
  finding: IFinding,
  trans: TranslationBundle,
  report: IStoredReport | null
): HTMLElement[] {
  const { number = -1, treatments } = finding;
  const offered: HTMLElement[] = [];
  const failed: HTMLElement[] = [];
  for (const [place, treatment] of treatments.entries()) {
    const drawn = drawTreatment(treatment, trans);
    const fix = fixOf(report, number, place);
    if (fix) {
      drawn.append(drawOffer(`${number}:${place}`, fix, trans));
    }
    (DID_NOT_HELP.includes(treatment.outcome ?? '') ? failed : offered).push(drawn);
  }
  if (failed.length === 0) {
    return offered;
  }
  return [...offered, folded([trans.__('Tried without success (%1)', failed.length)], ...failed)];
}

/** The card; with the report that it belongs to, its fixes can be applied. */
export function drawFinding(
  finding: IFinding,
  trans: TranslationBundle,
  report: IStoredReport | null = null
): HTMLElement {
  const card = element(
    'section',
    `nbd-Card ${severityClass(finding.severity)}`,
    drawHead(finding, trans),
    element('p', 'nbd-Text', ...inline(finding.says))
  );
  if (finding.measures.length > 0) {
    card.append(drawMeasures(finding, trans));
  }
  card.append(...drawTreatments(finding, trans, report));
  if (finding.consequences.length > 0) {
    const consequences = finding.consequences.map(child => drawFinding(child, trans, report));
    card.append(
      folded([trans.__('What this explains (%1)', consequences.length)], ...consequences)
    );
  }
  if (finding.page !== '') {
    card.append(folded([trans.__('Why?')], drawPage(finding.page)));
  }
  return card;
}
