/** The problems of one cell, as tests of the list need them. */

import { type IGroup, problemsOf } from '../../src/problems/problem';
import { payload } from '../sample';

export function group(index: number, changes: Partial<IGroup> = {}): IGroup {
  const cellId = `cell-${index}`;
  return {
    cellId,
    index,
    count: index + 1,
    stage: 'done',
    isChanged: false,
    isTrusted: true,
    unread: 0,
    problems: problemsOf(payload(), cellId),
    ...changes
  };
}
