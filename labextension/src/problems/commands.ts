/** The commands of the problem list; the palette shows them, and keys can be bound to them. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { diagnoseIcon } from '../icon';
import type { ProblemActions } from './actions';
import type { ProblemList } from './list';
import type { ProblemsPanel } from './panel';

export const SHOW_PROBLEMS = 'nbdoctor:show-problems';
const NEXT = 'nbdoctor:next-finding';
const PREVIOUS = 'nbdoctor:previous-finding';
const APPLY = 'nbdoctor:apply-fix';

export const COMMANDS = [SHOW_PROBLEMS, NEXT, PREVIOUS, APPLY];

function addShow(
  { commands, shell }: JupyterFrontEnd,
  list: ProblemList,
  panel: ProblemsPanel,
  trans: TranslationBundle
): void {
  commands.addCommand(SHOW_PROBLEMS, {
    label: trans.__('Show problems'),
    caption: trans.__('Show every problem that nbdoctor found in the notebook'),
    icon: diagnoseIcon,
    execute: ({ problem }) => {
      shell.activateById(panel.id);
      const asked = typeof problem === 'string' ? list.get(problem) : undefined;
      const [first] = list.shown.groups.flatMap(({ problems }) => problems);
      const shown = asked ?? list.get(list.chosen) ?? first;
      if (shown) {
        panel.showProblem(shown, true);
      }
    }
  });
}

/** `actions` does what they ask for. */
export function addCommands(
  app: JupyterFrontEnd,
  list: ProblemList,
  panel: ProblemsPanel,
  actions: ProblemActions,
  trans: TranslationBundle
): void {
  const { commands } = app;
  const isEnabled = (): boolean => list.shown.groups.length > 0;
  const add = (name: string, label: string, execute: () => unknown): void => {
    commands.addCommand(name, { label, isEnabled, execute });
  };
  addShow(app, list, panel, trans);
  add(NEXT, trans.__('Next finding'), () => {
    actions.step(1);
  });
  add(PREVIOUS, trans.__('Previous finding'), () => {
    actions.step(-1);
  });
  add(APPLY, trans.__('Apply fix…'), () => actions.applyFix());
  list.changed.connect(() => {
    for (const command of [NEXT, PREVIOUS, APPLY]) {
      commands.notifyCommandChanged(command);
    }
  });
}
