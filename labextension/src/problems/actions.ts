/** What the problem list can be asked to do, from its panel and from the palette. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { answer, apply } from '../notebook/answer';
import { cellWith, changeIn } from '../notebook/cells';
import type { IChange } from '../notebook/change';
import { drawChange } from '../notebook/changeView';
import { applyLabel } from '../notebook/changeWords';
import { DIAGNOSE_CELL } from '../notebook/commands';
import { remark } from '../notebook/remark';
import type { Severity } from '../preferences';
import { drawTreatment } from '../report/treatment';
import type { IPatch, ITreatment } from '../report/wire';
import type { ProblemList } from './list';
import type { IGroup, IProblem } from './problem';
import type { IPanelActions } from './panel';
import type { IHeadActions } from './panelHead';
import { preview } from './preview';
import { reveal } from './reveal';
import type { Settings } from '../settings';

/** Letters of a name that is none, in a remark. */
const LONGEST = 40;

export class ProblemActions implements IPanelActions, IHeadActions {
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
    void this._settings.ignore(rule).then(
      isHidden => {
        const said = isHidden
          ? this._trans.__(
              'Findings of %1 are hidden from now on. The settings list the rule.',
              rule
            )
          : this._trans.__('Not hidden: “%1” is not the name of a rule.', rule.slice(0, LONGEST));
        remark(isHidden ? 'info' : 'warning', said);
      },
      (error: unknown) => {
        const said = this._trans.__('Not hidden: the setting was not saved. %1', String(error));
        remark('error', said);
      }
    );
  }

  async showFrom(severity: Severity): Promise<void> {
    await this._saved(this._settings.showFrom(severity));
  }

  async showAgain(rule: string): Promise<void> {
    await this._saved(this._settings.stopIgnoring(rule));
  }

  step(by: 1 | -1): void {
    const next = this._list.neighbour(by);
    if (next) {
      this.arrived(next);
      this.reveal(next, false);
    } else {
      remark('info', this._trans.__('There is no problem to go to.'));
    }
  }

  answer(event: Event): void {
    answer(event, this._trans);
  }

  changeOf(patch: IPatch, { cellId }: IGroup): IChange {
    const { notebook } = this._list;
    const cell = notebook && cellWith(notebook, cellId);
    return changeIn(cell ? { notebook, cell } : null, patch, this._trans);
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
    const proved = all.find(one => best(one)?.patch?.isProved === true);
    const of = [current, proved, ...all].find(one => one && best(one));
    const group = of && this._list.group(of);
    const treatment = of && best(of);
    if (!group || !treatment?.patch) {
      const said = this._trans.__('No finding of this notebook has a fix that can be applied.');
      remark('info', said);
      return;
    }
    const { patch } = treatment;
    const shown = this.changeOf(patch, group);
    if (await this._isWanted(treatment, shown)) {
      apply(shown, this.changeOf(patch, group), this._trans);
    }
  }

  /** Wait for a setting to be saved, and say why it was not. */
  private async _saved(saving: Promise<void>): Promise<void> {
    try {
      await saving;
    } catch (error) {
      const said = this._trans.__('Not changed: the setting was not saved. %1', String(error));
      remark('error', said);
    }
  }

  /** Ask with the change before the reader's eyes; where it cannot be applied, only show it. */
  private async _isWanted(treatment: ITreatment, change: IChange): Promise<boolean> {
    const drawn = drawTreatment(treatment, this._trans, () => drawChange(change, this._trans));
    const node = preview(drawn, this._trans.__('The change'));
    const ok = Dialog.okButton({ label: applyLabel(change, this._trans) });
    const { button } = await showDialog({
      title: this._trans.__('Apply this fix to the cell?'),
      body: new Widget({ node }),
      buttons: [Dialog.cancelButton(), ...(change.obstacle === null ? [ok] : [])]
    });
    return button.accept && change.obstacle === null;
  }
}

/** The treatment to offer first: one that helped a copy of the model, else the first with a patch. */
function best({ finding: { treatments } }: IProblem): ITreatment | undefined {
  const patched = treatments.filter(({ patch }) => patch !== null);
  return patched.find(({ patch }) => patch?.isProved === true) ?? patched[0];
}
