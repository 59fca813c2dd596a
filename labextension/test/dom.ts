/** A document for tests that run without a browser; import it before what draws. */

import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

export { english } from '../src/report/english';

const { window } = new JSDOM('', { url: 'http://localhost/' });
for (const name of [
  'document',
  'DOMParser',
  'Node',
  'Element',
  'KeyboardEvent',
  'HTMLDetailsElement',
  'HTMLInputElement',
  'HTMLSelectElement'
] as const) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
}
// jsdom has none; inside of quotes this is enough.
const CSS = { escape: (text: string) => text.replace(/["\\]/g, '\\$&') };
Object.defineProperty(globalThis, 'CSS', { value: CSS, configurable: true });

/** A golden file that pytest holds Python to. */
export function goldenText(name: string): string {
  return readFileSync(new URL(`../../tests/wire/${name}`, import.meta.url), 'utf8');
}

/** A golden message that pytest holds Python to. */
export function golden(name: string): Record<string, unknown> {
  return JSON.parse(goldenText(name)) as Record<string, unknown>;
}
