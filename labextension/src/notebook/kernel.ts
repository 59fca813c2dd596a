/** What is asked of the kernel before a cell can be diagnosed. */

import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

/** Does nothing when it is loaded already. */
const LOAD = "get_ipython().extension_manager.load_extension('nbdoctor')";

/** A notification shows 140 characters, so what to do comes first. */
function advice(error: string, trans: TranslationBundle): string {
  return error.startsWith('ModuleNotFoundError')
    ? trans.__('Run "%pip install nbdoctor" in a cell and try again. This kernel says: %1', error)
    : trans.__('This kernel cannot load nbdoctor. %1', error);
}

async function problemWhileLoading(
  kernel: Kernel.IKernelConnection,
  trans: TranslationBundle
): Promise<string> {
  const { content } = await kernel.requestExecute({
    code: LOAD,
    silent: true,
    store_history: false,
    allow_stdin: false
  }).done;
  if (content.status === 'ok') {
    return '';
  }
  const error = content.status === 'error' ? `${content.ename}: ${content.evalue}` : content.status;
  return advice(error, trans);
}

/** Load nbdoctor into the kernel. The answer is what stands in the way, "" when nothing does. */
export async function problemWith(
  kernel: Kernel.IKernelConnection | null | undefined,
  trans: TranslationBundle
): Promise<string> {
  if (!kernel) {
    return trans.__('This notebook has no kernel. Choose one in the Kernel menu and try again.');
  }
  const language = (await kernel.info).language_info.name;
  if (language !== 'python') {
    return trans.__('nbdoctor examines Python cells; this notebook’s kernel runs %1.', language);
  }
  return problemWhileLoading(kernel, trans);
}

/** Whether the kernel still holds the widget model of that id. */
export async function holdsWidget(kernel: Kernel.IKernelConnection, id: string): Promise<boolean> {
  const { content } = await kernel.requestCommInfo({ target_name: 'jupyter.widget' });
  return content.status === 'ok' && id in content.comms;
}
