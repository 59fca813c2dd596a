/** Text in which nothing hides: what cannot be seen is named, and the order is that of writing. */

/**
 * Control and format characters (bidi among them), blanks that are no space, what no font draws,
 * and heaps of accents, which can cover what stands around them.
 */
const UNSEEN =
  /(?!\t)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{DI}\u2800]|(?! )\p{Zs}|\p{M}{4,}/gu;

/** Blanks in a row that could push what follows out of sight. */
const MANY_BLANKS = 60;
const BLANKS = new RegExp(`[ \\t]{${MANY_BLANKS},}`, 'g');

/** The blanks at the end of a line; a pattern would look for them in every run of blanks. */
function lastBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && ' \t'.includes(line.charAt(end - 1))) {
    end -= 1;
  }
  return line.slice(end);
}

/** What is drawn for a part of a text; a mark stands for something that cannot be seen. */
export interface IPart {
  text: string;
  isMark: boolean;
}

function named(found: string): string {
  return Array.from(found, one => {
    const code = (one.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `⟨U+${code.padStart(4, '0')}⟩`;
  }).join('');
}

function blanks(found: string): string {
  return `⟨${found.length} blanks⟩`;
}

function* split(text: string, pattern: RegExp, mark: (found: string) => string): Generator<IPart> {
  let start = 0;
  for (const { 0: found, index } of text.matchAll(pattern)) {
    yield { text: text.slice(start, index), isMark: false };
    yield { text: mark(found), isMark: true };
    start = index + found.length;
  }
  yield { text: text.slice(start), isMark: false };
}

/** The parts of one line; with `isChanged` the blanks at its end are shown, too. */
export function visible(line: string, isChanged: boolean): IPart[] {
  const last = isChanged ? lastBlanks(line) : '';
  const body = line.slice(0, line.length - last.length);
  const parts = [...split(body, BLANKS, blanks)].flatMap(part =>
    part.isMark ? [part] : [...split(part.text, UNSEEN, named)]
  );
  const isMany = last.length >= MANY_BLANKS;
  const end = isMany ? blanks(last) : last.replaceAll(' ', '·').replaceAll('\t', '→');
  return [...parts, { text: end, isMark: true }].filter(part => part.text !== '');
}

/** The characters of a text that cannot be seen, with how often each stands there. */
export function unseen(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [character] of text.replaceAll('\n', '').matchAll(UNSEEN)) {
    found.set(character, (found.get(character) ?? 0) + 1);
  }
  return found;
}
