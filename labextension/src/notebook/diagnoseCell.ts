/** `%%diagnose` on the text of a cell: pure functions, so that they can be tested without a notebook. */

import type { IEdit } from './edit';

const MAGIC = '%%diagnose';
const DRY_RUN = ' --dry-run';

/** The `%%` lines that a cell begins with; IPython passes over blank lines and indentation. */
function* leadingMagics(source: string): Generator<{ start: number; text: string }> {
  let start = 0;
  for (const line of source.split('\n')) {
    const text = line.trim();
    if (text !== '' && !text.startsWith('%%')) {
      return;
    }
    if (text !== '') {
      yield { start: start + line.indexOf(text), text };
    }
    start += line.length + 1;
  }
}

/** Where `%%diagnose` stands on the cell, with or without options, also below another magic. */
function magicOf(source: string): { start: number; text: string } | null {
  for (const magic of leadingMagics(source)) {
    if (magic.text.split(/\s/, 1)[0] === MAGIC) {
      return magic;
    }
  }
  return null;
}

function insertion(place: number, text: string): IEdit {
  return { start: place, end: place, text };
}

/**
 * What must be put into the source to diagnose it, null when nothing.
 *
 * A magic that is there already keeps its options; not to train is added, since it is asked for.
 */
export function missingMagic(source: string, options = '', isDryRun = false): IEdit | null {
  const magic = magicOf(source);
  const dryRun = isDryRun ? DRY_RUN : '';
  if (!magic) {
    return insertion(0, `${MAGIC}${dryRun}${options}\n`);
  }
  const isThere = magic.text.split(/\s+/).includes(DRY_RUN.trim());
  return isDryRun && !isThere ? insertion(magic.start + MAGIC.length, DRY_RUN) : null;
}
