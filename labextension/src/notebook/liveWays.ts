/** Where a link of a report leads, in the live view and in the stored report. */

import { Widget } from '@lumino/widgets';
import { goTo, targetOf } from '../report/leads';

/** What view/html_table.py writes at a link to the histograms of a layer. */
const LAYER = 'data-nbd-layer';

/** The select that view/panel.py makes for layers. */
const SELECT = '.nbd-layers select';

/** Tabs of ipywidgets, as far as they are used here. */
interface ITabs extends Widget {
  currentIndex: number | null;
  tabContents: { widgets: readonly Widget[] };
}

function isTabs(widget: Widget): widget is ITabs {
  return 'tabContents' in widget && 'currentIndex' in widget;
}

function* inside(widget: Widget): Generator<Widget> {
  yield widget;
  for (const child of widget.children()) {
    yield* inside(child);
  }
}

/** Show the tabs of widgets that an element is behind. */
function bringUp(target: Element, root: Widget): void {
  for (const widget of inside(root)) {
    if (isTabs(widget)) {
      const at = widget.tabContents.widgets.findIndex(({ node }) => node.contains(target));
      if (at >= 0) {
        widget.currentIndex = at;
      }
    }
  }
}

/** Have the histograms of a layer drawn; returns where they will be. */
function choose(layer: string, root: Element): HTMLSelectElement | null {
  const select = root.querySelector<HTMLSelectElement>(SELECT);
  const at = Array.from(select?.options ?? []).findIndex(({ text }) => text === layer);
  if (!select || at < 0) {
    return null;
  }
  if (!select.disabled) {
    select.selectedIndex = at;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }
  return select;
}

/** Follow a link that a click hit; what it goes to is below `root`. */
export function follow(event: Event, root: Widget): void {
  const hit = event.target instanceof Element ? event.target : null;
  const link = hit?.closest<HTMLAnchorElement>('a[href^="#nbd-"]');
  if (!link) {
    return;
  }
  event.preventDefault();
  const layer = link.getAttribute(LAYER);
  const target = (layer === null ? null : choose(layer, root.node)) ?? targetOf(link, root.node);
  if (target) {
    bringUp(target, root);
    goTo(target);
  }
}
