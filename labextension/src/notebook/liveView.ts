/** The ipywidgets view that belongs to a report. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Panel } from '@lumino/widgets';
import { isObject, isText } from '../guards';
import { holdsWidget } from './kernel';
import { keepKeys } from './liveOffers';

const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';

/** Id of the widget model in an output, "" when there is none or when it may not run. */
export function widgetId({ data, trusted }: IRenderMime.IMimeModel): string {
  const view: unknown = data[WIDGET_VIEW];
  // Widgets can run code, so ipywidgets too shows them only in trusted cells.
  return trusted && isObject(view) && isText(view.model_id) ? view.model_id : '';
}

function isRunning(notebook: NotebookPanel, node: Node): boolean {
  const cell = notebook.content.widgets.find(widget => widget.node.contains(node));
  return cell?.model.type === 'code' && (cell.model as ICodeCellModel).executionState === 'running';
}

/**
 * Whether the widget model exists; asked first, since ipywidgets would show an error.
 *
 * A running cell has just made it, and its kernel cannot answer before the cell is done.
 */
async function exists(notebook: NotebookPanel, node: Node, id: string): Promise<boolean> {
  await notebook.sessionContext.ready;
  if (isRunning(notebook, node)) {
    return true;
  }
  const kernel = notebook.sessionContext.session?.kernel;
  return kernel ? holdsWidget(kernel, id) : false;
}

/** A frame that ipywidgets fills once it has found the model. */
export class LiveView extends Panel {
  constructor(private readonly _changed: () => void) {
    super();
    this._observer = new MutationObserver(() => {
      keepKeys(this.node);
      this._changed();
    });
  }

  /** Whether there is something to see. */
  get isFilled(): boolean {
    return this._view !== null && this._view.widgets.length > 0 && !this._view.isHidden;
  }

  async fill(notebook: NotebookPanel, model: IRenderMime.IMimeModel): Promise<void> {
    const found = await exists(notebook, this.node, widgetId(model));
    // ipywidgets puts its renderer into the registry just after the session is ready.
    await new Promise(resolve => setTimeout(resolve, 0));
    const { rendermime } = notebook.content;
    if (!found || this.isDisposed || !rendermime.mimeTypes.includes(WIDGET_VIEW)) {
      return;
    }
    const view = rendermime.createRenderer(WIDGET_VIEW);
    if (view instanceof Panel) {
      this._view = view;
      this.addWidget(view);
      this._observer.observe(view.node, { childList: true, attributes: true, subtree: true });
      await view.renderModel(model);
      keepKeys(this.node);
      this._changed();
    }
  }

  override dispose(): void {
    this._observer.disconnect();
    super.dispose();
  }

  private readonly _observer: MutationObserver;
  private _view: Panel | null = null;
}
