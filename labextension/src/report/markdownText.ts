/** Text as Markdown takes it: nothing in it hides, and nothing but backticks means anything. */

// eslint-disable-next-line no-control-regex -- these are what it is about
const BLANKS = /[\t-\r\x1c-\x1f \x85\u2028\u2029]+/g;

/** Characters that hide, end a line, or turn the order of what stands around them. */
const UNSEEN =
  // eslint-disable-next-line no-control-regex -- these are what it is about
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

export function seen(text: string): string {
  const named = (one: string): string => one.charCodeAt(0).toString(16).toUpperCase();
  return text.replace(UNSEEN, one => `U+${named(one).padStart(4, '0')}`);
}

function oneLine(text: string): string {
  return seen(text.replace(BLANKS, ' ')).replace(/^ +| +$/g, '');
}

/** Text that Markdown and HTML take as nothing but text. */
function plain(text: string): string {
  return text
    .replace(/[\\*_<>[\]&~|]/g, '\\$&')
    .replaceAll('`', '&#96;')
    .replaceAll('://', '&#58;//');
}

/** Text in backticks; what could end a cell of a table is no code. */
function code(text: string): string {
  return /[|\\]/.test(text) ? plain(text) : `\`${text}\``;
}

/** One line in which pairs of backticks mark code, and nothing else means anything. */
export function escaped(text: string): string {
  return oneLine(text)
    .split(/`([^`]+)`/)
    .map((part, place) => (place % 2 === 1 ? code(part) : plain(part)))
    .join('');
}

/** The same where it could begin a list, a heading or a rule across the page. */
export function paragraph(text: string): string {
  return escaped(text).replace(/^(\d*)(#|=|[-+.)](?= |$|-))/, '$1\\$2');
}

/** The name of a part stands in HTML, where Markdown's own escapes mean nothing. */
export function summary(title: string): string {
  return oneLine(title).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
