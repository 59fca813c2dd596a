/** The problems of one cell in the side panel. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { element } from '../element';
import { drawProblem, type IActions } from './card';
import type { IGroup } from './problem';
import { cellName, severityCounts, stageWords, unreadWords } from './words';

export function drawGroup(group: IGroup, actions: IActions, trans: TranslationBundle): HTMLElement {
  const title = element(
    'h3',
    'nbd-Group-title',
    cellName(group, trans),
    element('span', 'nbd-Group-counts', severityCounts([group], trans))
  );
  const problems = group.problems.map(of => drawProblem(of, group, actions, trans));
  const drawn = element('section', 'nbd-Group', title);
  const stage = stageWords(group, trans);
  if (stage !== '') {
    drawn.append(element('p', 'nbd-Muted', stage));
  }
  if (group.isChanged) {
    const says = trans.__('The cell has changed since. Diagnose it again to update its findings.');
    drawn.append(element('p', 'nbd-Muted', says));
  }
  if (group.unread > 0) {
    drawn.append(element('p', 'nbd-Muted', unreadWords(group.unread, trans)));
  }
  drawn.append(element('ul', 'nbd-Group-list', problems));
  return drawn;
}
