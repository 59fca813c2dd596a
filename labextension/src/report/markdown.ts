/** A report as Markdown, for an issue or a chat; twin of nbdoctor/view/markdown.py. */

import { manualCommand } from './manual';
import { DID_NOT_HELP } from './treatment';
import type { Block, IDocument, IFinding, ITable, ITreatment } from './wire';

/** Headings of Markdown have six sizes. */
const SMALLEST = 6;

// eslint-disable-next-line no-control-regex -- these are what it is about
const BLANKS = /[\t-\r\x1c-\x1f \x85\u2028\u2029]+/g;

/** Characters that hide, end a line, or turn the order of what stands around them. */
const UNSEEN =
  // eslint-disable-next-line no-control-regex -- these are what it is about
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function seen(text: string): string {
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
function escaped(text: string): string {
  return oneLine(text)
    .split(/`([^`]+)`/)
    .map((part, place) => (place % 2 === 1 ? code(part) : plain(part)))
    .join('');
}

/** The same where it could begin a list, a heading or a rule across the page. */
function paragraph(text: string): string {
  return escaped(text).replace(/^(\d*)(#|=|[-+.)](?= |$|-))/, '$1\\$2');
}

function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [
    header.map(escaped),
    header.map(() => '---'),
    ...rows.map(row => row.map(escaped))
  ];
  return lines.map(line).join('\n');
}

function captioned({ caption, header, rows }: ITable): string[] {
  return [`${paragraph(caption)}:`, table(header, rows)];
}

/** A diff between fences that nothing in it can end. */
function fenced(diff: string): string {
  let longest = 0;
  for (const [ticks] of diff.matchAll(/`+/g)) {
    longest = Math.max(longest, ticks.length);
  }
  const fence = '`'.repeat(3 + longest);
  return `${fence}diff\n${seen(diff)}\n${fence}`;
}

function* treatment(of: ITreatment): Generator<string> {
  const { title, effect_word: effect, text, diff, outcome = '', trial = '' } = of;
  yield `**${escaped(title)}** (${escaped(effect)}). ${escaped(text)}`;
  if (trial !== '') {
    yield paragraph(trial);
  }
  if (diff !== '' && !DID_NOT_HELP.includes(outcome)) {
    yield fenced(diff);
  }
}

function* card(finding: IFinding, size: number): Generator<string> {
  const { severity_word: word, evidence = '', title, rule, says, line, measures } = finding;
  const heading = '#'.repeat(Math.min(size, SMALLEST));
  const sure = evidence === '' ? '' : ` (${escaped(evidence)})`;
  yield `${heading} ${escaped(word)}${sure}: ${escaped(title)} (${escaped(`\`${rule}\``)})`;
  yield paragraph(says) + (line === null || line === 0 ? '' : ` (line ${line})`);
  if (measures.length > 0) {
    yield table(['', 'measured', 'expected'], measures);
  }
  for (const one of finding.treatments) {
    yield* treatment(one);
  }
  yield `More: ${escaped(`\`${manualCommand(rule)}\``)}`;
  for (const consequence of finding.consequences) {
    yield* card(consequence, size + 1);
  }
}

function parts(block: Block): string[] {
  switch (block.kind) {
    case 'text':
    case 'muted':
      return [paragraph(block.text)];
    case 'list':
      return [block.items.map(item => `- ${paragraph(item)}`).join('\n')];
    case 'table':
      return captioned(block);
    case 'placeholder': // of charts, of which Markdown has none
    case 'chart':
      return [];
    case 'finding':
      return [...card(block, 3)];
  }
}

/** The name of a part stands in HTML, where Markdown's own escapes mean nothing. */
function summary(title: string): string {
  return oneLine(title).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Findings first, and what was measured folded under them. */
export function asMarkdown(of: IDocument): string {
  const [findings, ...measured] = of.sections;
  const made = [
    `## ${escaped(of.headline)}`,
    `**${escaped(of.verdict_word)}** · ${escaped(of.summary)}`,
    ...(findings?.blocks.flatMap(parts) ?? []),
    ...measured.map(({ title, blocks }) => {
      const body = blocks.flatMap(parts).join('\n\n');
      return `<details><summary>${summary(title)}</summary>\n\n${body}\n\n</details>`;
    }),
    paragraph(of.footer)
  ];
  return `${made.filter(part => part !== '').join('\n\n')}\n`;
}
