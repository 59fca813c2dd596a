/** English as it stands in the source: reports are written in it, so files made of them are, too. */

import type { TranslationBundle } from '@jupyterlab/translation';

function filled(text: string, ...values: readonly unknown[]): string {
  return text.replace(/%(\d)/g, (_, place: string) => String(values[Number(place) - 1]));
}

const bundle: Pick<TranslationBundle, '__' | '_n'> = {
  __: filled,
  _n: (one: string, many: string, count: number) => filled(count === 1 ? one : many, count)
};

/** What draws asks for no other of a bundle's functions. */
export const english = bundle as TranslationBundle;
