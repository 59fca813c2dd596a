/** Tabs after the ARIA pattern: arrow keys, Home and End move, one tab is in the tab order. */

import { element, idPrefix } from '../element';

export interface ITab {
  title: string;
  /** Stands beside the title. */
  count: number | null;
  body: HTMLElement;
}

function target(key: string, from: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return (from + 1) % count;
    case 'ArrowLeft':
      return (from + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

function handle({ title, count }: ITab, id: string, panelId: string): HTMLButtonElement {
  const made = element('button', 'nbd-Tab', title);
  if (count !== null) {
    made.append(' ', element('span', 'nbd-Tab-count', String(count)));
  }
  made.type = 'button';
  made.id = id;
  made.setAttribute('role', 'tab');
  made.setAttribute('aria-controls', panelId);
  return made;
}

/** A row of tabs over their panels; the first is shown. */
export function tabs(items: ITab[], label: string): HTMLElement {
  const prefix = idPrefix();
  const handles = items.map((tab, i) => handle(tab, `${prefix}tab-${i}`, `${prefix}panel-${i}`));
  const panels = items.map(({ body }, i) => {
    const panel = element('div', 'nbd-Tab-panel', body);
    panel.id = `${prefix}panel-${i}`;
    panel.tabIndex = 0;
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', `${prefix}tab-${i}`);
    return panel;
  });
  const show = (chosen: number): void => {
    handles.forEach((tab, i) => {
      tab.setAttribute('aria-selected', String(i === chosen));
      tab.tabIndex = i === chosen ? 0 : -1;
    });
    panels.forEach((panel, i) => (panel.hidden = i !== chosen));
  };
  const row = element('div', 'nbd-Tabs', ...handles);
  row.setAttribute('role', 'tablist');
  row.setAttribute('aria-label', label);
  handles.forEach((tab, i) => {
    tab.addEventListener('click', () => {
      show(i);
    });
    tab.addEventListener('keydown', event => {
      const next = target(event.key, i, handles.length);
      if (next !== null) {
        event.preventDefault();
        event.stopPropagation(); // the notebook has its own use for arrow keys
        show(next);
        handles[next]?.focus();
      }
    });
  });
  show(0);
  return element('div', '', row, ...panels);
}
