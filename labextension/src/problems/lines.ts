/** Where a line of a cell is, after the cell was changed. */

/**
 * The line (from 1) that a line of the diagnosed cell is now, null when it is no more.
 *
 * It is sought by its text: at its place first, then where that text stands only once.
 */
export function lineNow(before: string, now: string, line: number): number | null {
  const text = before.split('\n')[line - 1]?.trim() ?? '';
  const lines = now.split('\n').map(other => other.trim());
  if (text === '' || lines[line - 1] === text) {
    return text === '' ? null : line;
  }
  const first = lines.indexOf(text);
  return first >= 0 && first === lines.lastIndexOf(text) ? first + 1 : null;
}
