/** `%%diagnose` on the text of a cell: pure functions, so that they can be tested without a notebook. */

const MAGIC = '%%diagnose';

/** The `%%` lines that a cell begins with; IPython passes over blank lines and indentation. */
function* leadingMagics(source: string): Generator<string> {
  for (const line of source.split('\n')) {
    const text = line.trim();
    if (text !== '' && !text.startsWith('%%')) {
      return;
    }
    if (text !== '') {
      yield text;
    }
  }
}

/** Whether `%%diagnose` stands on the cell, with or without options, also below another magic. */
export function isDiagnosed(source: string): boolean {
  for (const magic of leadingMagics(source)) {
    if (magic.split(/\s/, 1)[0] === MAGIC) {
      return true;
    }
  }
  return false;
}

/** What must be put before the source to diagnose it: nothing when it is there already. */
export function missingMagic(source: string): string {
  return isDiagnosed(source) ? '' : `${MAGIC}\n`;
}
