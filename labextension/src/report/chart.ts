/** A chart with its title, rebuilt from the parts that can only draw. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { element, inline } from '../element';
import { safeSvg } from './svg';
import type { IChart } from './wire';

export function drawChart(chart: IChart, trans: TranslationBundle): HTMLElement {
  const figure = element('figure', 'nbd-Chart');
  const drawing = safeSvg(chart.svg);
  if (drawing === null) {
    figure.append(element('p', 'nbd-Muted', trans.__('This picture could not be read.')));
  } else {
    drawing.setAttribute('role', 'img');
    drawing.setAttribute('aria-label', `${chart.title}. ${chart.description}`);
    figure.append(drawing);
  }
  const title = element('figcaption', 'nbd-Chart-title', inline(chart.title));
  figure.prepend(title);
  return figure;
}
