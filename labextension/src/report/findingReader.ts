/** Reads a finding; what is left out of it is said in its own words. */

import { MOST } from './bounds';
import { count, exactly, grouped, listOf, none, optional, orNull } from './readers';
import { type Reader, shape, text, Unreadable } from './readers';
import type { IChart, IElsewhere, IFinding, ILead, ITreatment } from './wire';

export const words = text(MOST.words);
export const prose = text(MOST.prose);

/** "4,900 more findings are not shown." */
export function notShown(left: number, what: string): string {
  return `${grouped(left)} more ${what} are not shown.`;
}

export const chart = shape<IChart>({
  kind: exactly('chart'),
  name: words,
  title: words,
  description: prose,
  svg: text(MOST.picture)
});

export const leads = listOf(
  shape<ILead>({ text: words, anchor: words, layer: optional(words) }),
  MOST.columns
);

const treatment = shape<ITreatment>({
  title: words,
  text: prose,
  effect: words,
  effect_word: words,
  diff: prose,
  outcome: optional(words),
  trial: optional(prose),
  chart: optional(orNull(chart)),
  patch: () => null
});

const elsewhere = shape<IElsewhere>({ number: count, line: count, text: words });

const three: Reader<[string, string, string]> = (value, remaining) => {
  const [one, two, last, ...others] = listOf(words, 4)(value, remaining);
  if (one === undefined || two === undefined || last === undefined || others.length > 0) {
    throw new Unreadable();
  }
  return [one, two, last];
};

export function finding(depth: number): Reader<IFinding> {
  return (value, remaining) => {
    const left: string[] = [];
    const note = (what: string) => (count: number) => {
      left.push(notShown(count, what));
      return null;
    };
    const read = shape<IFinding>({
      kind: exactly('finding'),
      severity: words,
      severity_word: words,
      evidence: optional(words),
      rule: words,
      title: words,
      says: prose,
      line: orNull(count),
      measures: listOf(three, MOST.rows, more => [notShown(more, 'values'), '', '']),
      treatments: listOf(treatment, MOST.treatments, note('fixes')),
      consequences:
        depth > 0
          ? listOf(finding(depth - 1), MOST.findings, note('findings that this explains'))
          : listOf(none, 0, note('findings, nested too deep,')),
      page: prose,
      number: optional(count),
      fits: optional(words),
      marks: optional(listOf(count, MOST.rows)),
      elsewhere: optional(orNull(elsewhere)),
      anchor: optional(words),
      leads: optional(leads),
      see: optional(leads)
    })(value, remaining);
    return left.length === 0 ? read : { ...read, says: [read.says, ...left].join(' ') };
  };
}
