/** The findings of a notebook as a list to work through: pure functions over what its outputs say. */

import { type IPreferences, isRule, isShown, SEVERITIES } from '../preferences';
import type { Block, IFinding, IPayload } from '../report/wire';

export interface IProblem {
  /** The same while a report grows, so that what is unfolded stays so. */
  key: string;
  finding: IFinding;
  /** Title of the finding that explains this one, "" when none does. */
  cause: string;
}

/** The problems of one cell. */
export interface IGroup {
  cellId: string;
  /** Place of the cell in its notebook, from 0. */
  index: number;
  /** The number in brackets beside the cell, null where it was not run. */
  count: number | null;
  /** How far the newest diagnosis is. */
  stage: 'looking' | 'training' | 'done' | 'unfinished';
  /** Whether the cell is another than the one that was diagnosed. */
  isChanged: boolean;
  /** Whether the cell is trusted: it was run here, or the notebook is trusted. */
  isTrusted: boolean;
  /** Reports of the cell that cannot be read. */
  unread: number;
  problems: IProblem[];
}

/** What of a list is shown, and how many findings are not. */
export interface IShown {
  groups: IGroup[];
  /** The rule of each finding whose rule is hidden. */
  ignored: string[];
  filtered: number;
  /** Those for which there is no room. */
  left: number;
}

/** Problems that a list shows at most. */
export const MOST_SHOWN = 300;

/** Findings with their consequences behind them. */
function* flattened(blocks: Block[]): Generator<[IFinding, string]> {
  for (const block of blocks) {
    if (block.kind === 'finding') {
      yield [block, ''];
      for (const consequence of block.consequences) {
        yield [consequence, block.title];
      }
    }
  }
}

/** The problems of one report; `name` tells it from the others of the notebook. */
export function problemsOf({ document }: IPayload, name: string): IProblem[] {
  const seen = new Map<string, number>();
  const blocks = document.sections.flatMap(section => section.blocks);
  return [...flattened(blocks)].map(([finding, cause]) => {
    const rule = isRule(finding.rule) ? finding.rule : '';
    const times = seen.get(rule) ?? 0;
    seen.set(rule, times + 1);
    return { key: `${name}/${rule}/${times}`, finding, cause };
  });
}

function text({ finding }: IProblem): string {
  const { title, says, rule, severity_word: word } = finding;
  return `${title} ${says} ${rule} ${word}`.replaceAll('`', '').toLowerCase();
}

/** The list after settings and filter; cells of which nothing is left are left out. */
export function shown(groups: IGroup[], set: IPreferences, filter: string): IShown {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const ignored: string[] = [];
  let filtered = 0;
  let left = 0;
  let remaining = MOST_SHOWN;
  const keeps = (one: IProblem): boolean => {
    if (set.ignoredRules.includes(one.finding.rule)) {
      ignored.push(one.finding.rule);
      return false;
    }
    const fits = words.every(word => text(one).includes(word));
    const keeps = fits && isShown(one.finding.severity, set.severity);
    filtered += keeps ? 0 : 1;
    return keeps;
  };
  const kept = groups.map(group => {
    const all = group.problems.filter(keeps);
    const problems = all.slice(0, remaining);
    remaining -= problems.length;
    left += all.length - problems.length;
    return { ...group, problems };
  });
  const isSeen = ({ problems, unread }: IGroup): boolean => problems.length > 0 || unread > 0;
  return { groups: kept.filter(isSeen), ignored, filtered, left };
}

/** How many problems there are of each severity, from the worst to the least. */
export function counts(groups: IGroup[]): [string, number][] {
  const all = groups.flatMap(group => group.problems);
  return SEVERITIES.map(severity => [
    severity,
    all.filter(({ finding }) => finding.severity === severity).length
  ]);
}

/**
 * The problem before or after another one; at the end of the list it begins anew.
 *
 * Without one to start from it is the first in or below the cell at `index`.
 */
export function neighbour(
  groups: IGroup[],
  from: string | null,
  step: 1 | -1,
  index: number
): IProblem | undefined {
  const all = groups.flatMap(group => group.problems);
  const at = all.findIndex(({ key }) => key === from);
  if (at >= 0) {
    return all[(at + step + all.length) % all.length];
  }
  const below = groups.find(group => group.index >= index)?.problems[0];
  return step === 1 ? (below ?? all[0]) : all.at(-1);
}
