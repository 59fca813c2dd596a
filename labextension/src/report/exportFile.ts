/** A report as a file: from what the notebook stores, so it needs no kernel. */

import { pageOf } from './exportPage';
import { isObject } from '../guards';
import { plainCopy } from './jsonCopy';
import { asMarkdown } from './markdown';
import type { IStored } from './wire';

export const FORMATS = ['html', 'json', 'markdown'] as const;

export type Format = (typeof FORMATS)[number];

/** Letters of the notebook's name that are kept. */
const LONGEST_NAME = 100;

/** A file to be saved. */
export interface IFile {
  name: string;
  type: string;
  text: string;
}

/** The name of a notebook's file as part of another: no folders, nothing that cannot be seen. */
function nameOf(notebook: string): string {
  const base = notebook.split(/[\\/]/).at(-1) ?? '';
  const plain = base.replace(/\.ipynb$/, '').replace(/[^\p{L}\p{M}\p{N} ._()-]/gu, '-');
  return `${plain.replace(/^[. ]+/, '').slice(0, LONGEST_NAME)}-report`;
}

/** The data of a report, null where nobody could read it again. */
function asJson({ payload, data }: IStored): string | null {
  const report = payload.report && isObject(data) ? plainCopy(data.report) : null;
  if (report === null) {
    return null;
  }
  const fits = isObject(data) && Array.isArray(data.fits) ? plainCopy(data.fits) : [];
  const reports = (Array.isArray(fits) ? fits : []).map(fit => (isObject(fit) ? fit.report : null));
  const whole = reports.length > 0 && isObject(report) ? { ...report, reports } : report;
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/**
 * The report as a file, null where its data cannot be read.
 *
 * `notebook` is the name of its file, from which that of the report is made.
 */
export function fileOf(stored: IStored, format: Format, notebook: string): IFile | null {
  const name = nameOf(notebook);
  switch (format) {
    case 'html':
      return { name: `${name}.html`, type: 'text/html', text: pageOf(stored.payload) };
    case 'json': {
      const text = asJson(stored);
      return text === null ? null : { name: `${name}.json`, type: 'application/json', text };
    }
    case 'markdown': {
      const text = asMarkdown(stored.payload);
      return { name: `${name}.md`, type: 'text/markdown', text };
    }
  }
}

/** Hand a file to the browser to save. */
export function save({ name, type, text }: IFile): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
