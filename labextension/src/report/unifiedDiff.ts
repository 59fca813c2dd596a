/** A unified diff, put on the text that it was made for, or to be shown: pure functions. */

import type { IDiffLine } from './lineDiff';

/** The place that a hunk begins at, from 0; "@@ -3,0 +4 @@" stands behind line 3. */
function placeOf(line: string): number | null {
  const found = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@/.exec(line);
  return found ? Number(found[1]) - (found[2] === '0' ? 0 : 1) : null;
}

/** The lines of a diff behind the names of its files. */
function body(diff: string): string[] {
  const lines = diff.split('\n');
  if (lines.at(-1) === '') {
    lines.pop();
  }
  const first = lines.findIndex(line => line.startsWith('@@'));
  const isHead = lines.slice(0, Math.max(0, first)).every(line => /^(---|\+\+\+) /.test(line));
  return isHead && first >= 0 ? lines.slice(first) : [];
}

function append<T>(to: T[], items: readonly T[]): void {
  for (const item of items) {
    to.push(item);
  }
}

/** The text after the diff, null where the diff is not one of this very text. */
export function patchedBy(source: string, diff: string): string | null {
  const lines = body(diff);
  const before = source.split('\n');
  const after: string[] = [];
  let at = 0;
  for (const line of lines) {
    const text = line.slice(1);
    if (line.startsWith('@@')) {
      const place = placeOf(line);
      if (place === null || place < at || place > before.length) {
        return null;
      }
      append(after, before.slice(at, place));
      at = place;
    } else if (line.startsWith('+')) {
      after.push(text);
    } else if (before[at] === text && (line.startsWith(' ') || line.startsWith('-'))) {
      append(after, line.startsWith(' ') ? [text] : []);
      at += 1;
    } else {
      return null;
    }
  }
  append(after, before.slice(at));
  return lines.length === 0 ? null : after.join('\n');
}

/** The lines of a diff to be shown, all of them; without the names of files. */
export function linesOfDiff(diff: string): IDiffLine[] {
  const known = body(diff);
  let line = 0;
  return (known.length > 0 ? known : diff.split('\n')).flatMap((shown, index): IDiffLine[] => {
    const sign = shown.charAt(0);
    const place = placeOf(shown);
    if (place !== null) {
      line = place;
      return index === 0 ? [] : [{ sign: '…', text: '', line: place + 1 }];
    }
    line += sign === '+' ? 0 : 1;
    return sign === '+' || sign === '-' || sign === ' '
      ? [{ sign, text: shown.slice(1), line }]
      : [{ sign: ' ', text: shown, line }];
  });
}
