/** Which lines of a cell get a mark: a pure function. */

import { lineNow } from './lines';
import type { IMark } from './marks';
import type { IProblem } from './problem';
import { SEVERITIES } from '../preferences';

function rank({ finding }: IProblem): number {
  return SEVERITIES.findIndex(severity => severity === finding.severity);
}

function sentence({ finding }: IProblem): string {
  const { severity_word: word, title, says } = finding;
  return `${word}: ${title}. ${says}`.replaceAll('`', '');
}

/** One mark for each line that a problem names, the worst first where several name it. */
export function marksOf(problems: IProblem[], before: string, now: string): IMark[] {
  const lines = new Map<number, IProblem[]>();
  for (const problem of problems) {
    const line = problem.finding.line === null ? null : lineNow(before, now, problem.finding.line);
    if (line !== null) {
      lines.set(line, [...(lines.get(line) ?? []), problem]);
    }
  }
  return [...lines].flatMap(([line, found]) => {
    const [worst, ...others] = found.sort((one, other) => rank(one) - rank(other));
    const says = worst && [worst, ...others].map(sentence).join('\n\n');
    return worst && says ? [{ line, severity: worst.finding.severity, says, key: worst.key }] : [];
  });
}
