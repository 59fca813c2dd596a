/** The head of the side panel: counts, filter, and what the filter and the settings hide. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { button, element } from '../element';
import { exactly } from '../guards';
import { SEVERITIES, type Severity } from '../preferences';
import type { ProblemList } from './list';
import { drawHidden } from './hidden';
import { summary } from './words';
import type { Settings } from '../settings';

/** What the head asks for. */
export interface IHeadActions {
  step(by: 1 | -1): void;
  /** Ends once the setting is saved, or its failure is told. */
  showFrom(severity: Severity): Promise<void>;
  showAgain(rule: string): Promise<void>;
}

export class PanelHead {
  readonly node = element('header', 'nbd-Problems-head');

  constructor(
    private readonly _list: ProblemList,
    private readonly _settings: Settings,
    private readonly _actions: IHeadActions,
    private readonly _trans: TranslationBundle
  ) {
    this._severity = this._drawSeverity();
    this._filter.append(this._drawFilter(), this._severity);
    this.node.append(
      element(
        'div',
        'nbd-Problems-title',
        element('h2', '', _trans.__('Problems')),
        this._drawStep('↑', -1, _trans.__('Previous problem')),
        this._drawStep('↓', 1, _trans.__('Next problem'))
      ),
      this._counts,
      this._filter,
      this._left
    );
  }

  draw(): void {
    const { groups, ignored, filtered, left } = this._list.shown;
    const isEmpty = this._list.all.every(({ problems }) => problems.length === 0);
    for (const node of [this._counts, this._filter]) {
      node.hidden = isEmpty;
    }
    this._counts.textContent = summary(groups, this._trans);
    this._severity.value = this._settings.now.severity;
    this._left.replaceChildren();
    if (filtered > 0) {
      const says = this._trans._n(
        '%1 more is filtered out.',
        '%1 more are filtered out.',
        filtered
      );
      this._left.append(says, ' ');
    }
    if (left > 0) {
      const says = this._trans._n(
        '%1 more finding is not shown.',
        '%1 more findings are not shown.',
        left
      );
      this._left.append(says, ' ');
    }
    this._left.append(...drawHidden(ignored, this._actions, this._trans));
    this._left.hidden = filtered + ignored.length + left === 0;
  }

  private _drawStep(sign: string, by: 1 | -1, name: string): HTMLButtonElement {
    const made = button(sign, 'nbd-Step');
    made.setAttribute('aria-label', name);
    made.title = name;
    made.addEventListener('click', () => {
      this._actions.step(by);
    });
    return made;
  }

  private _drawFilter(): HTMLInputElement {
    const made = element('input', 'nbd-Filter');
    made.type = 'search';
    made.placeholder = this._trans.__('Filter');
    made.setAttribute('aria-label', this._trans.__('Filter problems by their words'));
    made.addEventListener('input', () => {
      this._list.filter = made.value;
    });
    return made;
  }

  private _drawSeverity(): HTMLSelectElement {
    const names: Record<Severity, string> = {
      critical: this._trans.__('Critical only'),
      warning: this._trans.__('Critical and warnings'),
      note: this._trans.__('All severities')
    };
    const made = element('select', 'nbd-Severity');
    made.setAttribute('aria-label', this._trans.__('Severities to show'));
    for (const severity of [...SEVERITIES].reverse()) {
      made.add(new Option(names[severity], severity));
    }
    made.addEventListener('change', () => {
      if (exactly(...SEVERITIES)(made.value)) {
        // Where it was not saved, the choice is drawn as it was.
        void this._actions.showFrom(made.value).then(() => {
          this.draw();
        });
      }
    });
    return made;
  }

  private readonly _filter = element('div', 'nbd-Problems-filter');
  private readonly _counts = element('p', 'nbd-Problems-counts');
  private readonly _left = element('div', 'nbd-Muted');
  private readonly _severity: HTMLSelectElement;
}
