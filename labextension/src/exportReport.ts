/** A report as a file: from what the notebook stores, so it needs no kernel. */

import { isObject } from './guards';
import { asMarkdown } from './markdown';
import type { IStored } from './reports';

export const FORMATS = ['html', 'json', 'markdown'] as const;

export type Format = (typeof FORMATS)[number];

/** A file to be saved. */
export interface IFile {
  name: string;
  type: string;
  text: string;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A complete page around the stored HTML, which has its own style and no script. */
function page(title: string, body: string): string {
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width,initial-scale=1">' +
    `<title>${escaped(title)}</title>` +
    '<style>:root{color-scheme:light dark}body{margin:1.5em auto;max-width:880px;padding:0 1em;' +
    'font-family:system-ui,sans-serif}</style></head>' +
    `<body>${body}</body></html>`
  );
}

/** `notebook` is the name of its file, from which that of the report is made. */
export function fileOf(stored: IStored, format: Format, notebook: string): IFile {
  const name = `${notebook.replace(/^.*\//, '').replace(/\.ipynb$/, '')}-report`;
  const { document } = stored.payload;
  switch (format) {
    case 'html':
      return {
        name: `${name}.html`,
        type: 'text/html',
        text: page(document.headline.replaceAll('`', ''), stored.html)
      };
    case 'json': {
      const report = isObject(stored.data) ? stored.data.report : null;
      return {
        name: `${name}.json`,
        type: 'application/json',
        text: `${JSON.stringify(report, null, 2)}\n`
      };
    }
    case 'markdown':
      return { name: `${name}.md`, type: 'text/markdown', text: asMarkdown(document) };
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
