/** What is said in passing, in a corner of JupyterLab. */

import { Notification } from '@jupyterlab/apputils';

/** How long it stays, in milliseconds. */
const DURATION = 5000;

export function remark(kind: 'info' | 'success' | 'warning' | 'error', said: string): void {
  Notification[kind](said, { autoClose: DURATION });
}
