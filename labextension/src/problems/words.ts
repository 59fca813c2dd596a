/** What the side panel says about the whole list. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { counts, type IGroup, type IShown } from './problem';

/** "1 critical, 2 warnings"; severities without a problem are left out. */
export function severityCounts(groups: IGroup[], trans: TranslationBundle): string {
  const words: Record<string, (count: number) => string> = {
    critical: count => trans.__('%1 critical', count),
    warning: count => trans._n('%1 warning', '%1 warnings', count),
    note: count => trans._n('%1 note', '%1 notes', count)
  };
  return counts(groups)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => words[severity]?.(count) ?? '')
    .join(', ');
}

/** "3 problems: 1 critical, 2 warnings" */
export function summary(groups: IGroup[], trans: TranslationBundle): string {
  const count = groups.reduce((sum, { problems }) => sum + problems.length, 0);
  const problems = trans._n('%1 problem', '%1 problems', count);
  return count === 0 ? problems : `${problems}: ${severityCounts(groups, trans)}`;
}

/** Name of the cell of a group, as it is shown beside the cell. */
export function cellName({ count, index, stage }: IGroup, trans: TranslationBundle): string {
  if (stage === 'looking' || stage === 'training') {
    return trans.__('Cell [*]');
  }
  return count === null
    ? trans.__('Cell %1 from the top', index + 1)
    : trans.__('Cell [%1]', count);
}

/** How far the diagnosis of a cell is, "" when it is complete. */
export function stageWords({ stage }: IGroup, trans: TranslationBundle): string {
  switch (stage) {
    case 'looking':
      return trans.__('Examining the model. Findings appear here as they are made.');
    case 'training':
      return trans.__(
        'Training is running. What only a finished training shows is added when it ends.'
      );
    case 'unfinished':
      return trans.__('This diagnosis was not completed.');
    case 'done':
      return '';
  }
}

/** What is said of reports that are not in the list. */
export function unreadWords(unread: number, trans: TranslationBundle): string {
  return trans._n(
    '%1 report of this cell cannot be read; run the cell again to make a new one.',
    '%1 reports of this cell cannot be read; run the cell again to make new ones.',
    unread
  );
}

/** Why the list is empty. */
export function emptyWords(
  hasNotebook: boolean,
  all: IGroup[],
  { ignored, filtered }: IShown,
  trans: TranslationBundle
): string {
  if (!hasNotebook) {
    return trans.__('Open a notebook to see its problems here.');
  }
  if (all.length === 0) {
    return trans.__(
      'No cell of this notebook was diagnosed yet. Select the cell that trains your model.'
    );
  }
  if (ignored.length + filtered > 0) {
    return trans.__('All problems are hidden by the filter or by your settings.');
  }
  if (all.some(({ stage }) => stage === 'looking')) {
    return trans.__('Nothing found so far.');
  }
  return trans._n(
    'No problem found in %1 diagnosed cell. This does not prove that its model is right.',
    'No problem found in %1 diagnosed cells. This does not prove that their models are right.',
    all.length
  );
}

/** What to tell those who do not see the list change, "" when nothing new was reached. */
export function news(before: IGroup[], now: IGroup[], trans: TranslationBundle): string {
  const was = new Map(before.map(({ cellId, stage }) => [cellId, stage]));
  for (const group of now) {
    const old = was.get(group.cellId);
    const found = summary([group], trans);
    if (old !== group.stage && group.stage === 'looking') {
      return trans.__('Diagnosing.');
    }
    if (old !== group.stage && group.stage === 'training') {
      return trans.__('Training is running. %1 so far.', found);
    }
    if (old !== group.stage && (old === 'looking' || old === 'training')) {
      return trans.__('Diagnosis complete. %1.', found);
    }
  }
  return '';
}
