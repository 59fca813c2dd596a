/** Which lines of a cell get a mark: a pure function. */

import { lineNow } from './lines';
import type { IMark } from './marks';
import type { IProblem } from './problem';
import { SEVERITIES } from '../preferences';

/** A problem and a line that it marks, from 1. */
export type MarkedLine = readonly [IProblem, number];

function rank({ finding }: IProblem): number {
  return SEVERITIES.findIndex(severity => severity === finding.severity);
}

function sentence({ finding }: IProblem): string {
  const { severity_word: word, title, says } = finding;
  return `${word}: ${title}. ${says}`.replaceAll('`', '');
}

/** The lines of the diagnosed cell that a problem marks now. */
export function linesOf({ finding }: IProblem, before: string, now: string): number[] {
  const { marks, line } = finding;
  const named = marks ?? (line === null ? [] : [line]);
  return named.flatMap(one => lineNow(before, now, one) ?? []);
}

/** One mark for each line, the worst first where several problems name it. */
export function marksAt(marked: readonly MarkedLine[]): IMark[] {
  const lines = new Map<number, IProblem[]>();
  for (const [problem, line] of marked) {
    lines.set(line, [...(lines.get(line) ?? []), problem]);
  }
  return [...lines].flatMap(([line, found]) => {
    const [worst, ...others] = found.sort((one, other) => rank(one) - rank(other));
    const says = worst && [worst, ...others].map(sentence).join('\n\n');
    return worst && says ? [{ line, severity: worst.finding.severity, says, key: worst.key }] : [];
  });
}

/** The marks of a diagnosed cell. */
export function marksOf(problems: IProblem[], before: string, now: string): IMark[] {
  return marksAt(
    problems.flatMap(one => linesOf(one, before, now).map(line => [one, line] as const))
  );
}
