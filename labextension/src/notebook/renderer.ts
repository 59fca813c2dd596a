/** Registers what draws reports. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { EvidenceRenderer } from './evidence';
import { follow } from './liveWays';
import { MIME } from '../report/wire';

/** ipywidgets registers its view at -10; anything lower is preferred over it. */
const RANK = -20;

export const renderer: JupyterFrontEndPlugin<void> = {
  id: 'nbdoctor:renderer',
  description: 'Draws reports, also in notebooks that are opened again.',
  autoStart: true,
  requires: [INotebookTracker, IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    tracker: INotebookTracker,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('nbdoctor');
    const factory: IRenderMime.IRendererFactory = {
      safe: true, // drawn from data; the live view is used in trusted cells only
      mimeTypes: [MIME],
      createRenderer: () => {
        const made = new EvidenceRenderer(tracker, trans);
        made.node.setAttribute('role', 'region');
        made.node.setAttribute('aria-label', trans.__('Diagnosis by nbdoctor'));
        made.node.addEventListener('click', event => {
          follow(event, made);
        });
        return made;
      }
    };
    rendermime.addFactory(factory, RANK); // every notebook opened from now on copies the registry
  }
};
