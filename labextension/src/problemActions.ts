/** What the problem list can be asked to do, from its panel and from the palette. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { answer, applyAndTell } from './answer';
import { codeCells, targetOf } from './cells';
import { DIAGNOSE_CELL } from './commands';
import { element } from './element';
import { drawTreatment } from './finding';
import type { IFix } from './fix';
import type { IAsked } from './offer';
import type { ProblemList } from './problemList';
import type { IGroup, IProblem, IRemedy } from './problems';
import type { IPanelActions } from './problemsPanel';
import { reveal } from './reveal';
import type { Settings } from './settings';

/** How long a passing remark stays, in milliseconds. */
const REMARK = 5000;

export class ProblemActions implements IPanelActions {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _list: ProblemList,
    private readonly _settings: Settings,
    private readonly _trans: TranslationBundle
  ) {}

  /** Called with the problem that was gone to. */
  arrived: (at: IProblem) => void = () => undefined;

  reveal(of: IProblem, focus: boolean): void {
    const { notebook } = this._list;
    const group = this._list.group(of);
    if (notebook && group) {
      void reveal(notebook, group, of, focus);
    }
  }

  hide({ finding: { rule } }: IProblem): void {
    void this._settings.ignore(rule);
    const said = this._trans.__(
      'Findings of %1 are hidden from now on. The settings list the rule.',
      rule
    );
    Notification.info(said, { autoClose: REMARK });
  }

  step(by: 1 | -1): void {
    const next = this._list.neighbour(by);
    if (next) {
      this.arrived(next);
      this.reveal(next, false);
    } else {
      Notification.info(this._trans.__('There is no problem to go to.'), { autoClose: REMARK });
    }
  }

  answer(button: IAsked, { fix }: IRemedy, group: IGroup): void {
    if (fix) {
      answer(button, fix, this._cell(group, fix), this._trans);
    }
  }

  diagnose(): void {
    void this._app.commands.execute(DIAGNOSE_CELL);
  }

  leave(): void {
    this._list.notebook?.content.activate();
  }

  /** Show the fix of the current problem, else of the next that has one, and apply it if wanted. */
  async applyFix(): Promise<void> {
    const current = this._list.get(this._list.chosen);
    const all = this._list.shown.groups.flatMap(({ problems }) => problems);
    const proved = all.find(one => best(one)?.fix?.isProved === true);
    const of = [current, proved, ...all].find(one => one && best(one));
    const group = of && this._list.group(of);
    const remedy = of && best(of);
    const cell = group && remedy?.fix ? this._cell(group, remedy.fix) : null;
    if (!remedy?.fix || !cell) {
      const said = this._trans.__('No finding of this notebook has a fix that can be applied.');
      Notification.info(said, { autoClose: REMARK });
      return;
    }
    const drawn = drawTreatment(remedy.treatment, this._trans);
    const shown = element('div', 'nbd-Report nbd-Preview', drawn);
    const { button } = await showDialog({
      title: this._trans.__('Apply this fix to the cell?'),
      body: new Widget({ node: shown }),
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: this._trans.__('Apply to cell') })]
    });
    if (button.accept) {
      applyAndTell(cell, remedy.fix, this._trans);
    }
  }

  private _cell(group: IGroup, fix: IFix): Parameters<typeof answer>[2] {
    const { notebook } = this._list;
    const cells = notebook ? [...codeCells(notebook)] : [];
    const diagnosed = cells.find(([, cell]) => cell.id === group.cellId)?.[1] ?? null;
    return targetOf(notebook, diagnosed, fix);
  }
}

/** The remedy to offer first: one that helped a copy of the model, else the first with a fix. */
function best({ remedies }: IProblem): IRemedy | undefined {
  const fixes = remedies.filter(({ fix }) => fix !== null);
  return fixes.find(({ fix }) => fix?.isProved === true) ?? fixes[0];
}
