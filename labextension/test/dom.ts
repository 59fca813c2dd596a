/** A document for tests that run without a browser; import it before what draws. */

import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';
import type { TranslationBundle } from '@jupyterlab/translation';

const { window } = new JSDOM('', { url: 'http://localhost/' });
for (const name of ['document', 'DOMParser', 'Node', 'Element', 'KeyboardEvent'] as const) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
}

/** English as it stands in the source, with its arguments filled in. */
export const english = {
  __: (text: string, ...values: unknown[]) =>
    text.replace(/%(\d)/g, (_, place: string) => String(values[Number(place) - 1]))
} as unknown as TranslationBundle;

/** A golden message that pytest writes and reads too. */
export function golden(name: string): Record<string, unknown> {
  const path = new URL(`../../tests/wire/${name}`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}
