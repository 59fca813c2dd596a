/** The list of problems with its side panel, its status item and its commands. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import { CATEGORY } from '../notebook/commands';
import { LiveRegion } from './liveRegion';
import { ProblemActions } from './actions';
import { addCommands, COMMANDS, SHOW_PROBLEMS } from './commands';
import { ProblemList } from './list';
import { PanelHead } from './panelHead';
import { ProblemsPanel } from './panel';
import { ISettings, type Settings } from '../settings';
import { StatusItem } from './statusItem';

/** Beside the property inspector and the debugger. */
const RANK = 900;

export const IProblems = new Token<ProblemList>('nbdoctor:IProblems');

export const problems: JupyterFrontEndPlugin<ProblemList> = {
  id: 'nbdoctor:problems',
  description: 'Lists the problems of the notebook in a side panel.',
  autoStart: true,
  requires: [INotebookTracker, ISettings],
  optional: [ICommandPalette, ILayoutRestorer, IStatusBar, ITranslator],
  provides: IProblems,
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    set: Settings,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('nbdoctor');
    const list = new ProblemList(tracker, set);
    const actions = new ProblemActions(app, list, set, trans);
    const panel = new ProblemsPanel(list, new PanelHead(list, set, actions, trans), actions, trans);
    actions.arrived = at => {
      panel.showProblem(at, false);
    };
    app.shell.add(panel, 'right', { rank: RANK });
    restorer?.add(panel, panel.id);
    addCommands(app, list, panel, actions, trans);
    for (const command of COMMANDS) {
      palette?.addItem({ command, category: CATEGORY });
    }
    const item = new StatusItem(list, () => void app.commands.execute(SHOW_PROBLEMS), trans);
    const { isActive, activeStateChanged } = item;
    statusBar?.registerStatusItem('nbdoctor:problems', { item, isActive, activeStateChanged });
    new LiveRegion(list, trans);
    return list;
  }
};
