/** A report as Markdown, for an issue or a chat; twin of nbdoctor/view/markdown.py. */

import { english } from './english';
import { placeWords } from './finding';
import { listed } from './fits';
import { manualCommand } from './manual';
import { escaped, paragraph, seen, summary } from './markdownText';
import { DID_NOT_HELP } from './treatment';
import type { Block, IDocument, IFinding, IFold, IPayload, ITable, ITreatment } from './wire';

/** Headings of Markdown have six sizes. */
const SMALLEST = 6;

function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [
    header.map(escaped),
    header.map(() => '---'),
    ...rows.map(row => row.map(escaped))
  ];
  return lines.map(line).join('\n');
}

/** What rows lead to becomes words; histograms are nothing that words lead to. */
function captioned({
  caption,
  header,
  rows,
  leads = [],
  leads_title: ways = ''
}: ITable): string[] {
  const words = leads.map(row =>
    row
      .filter(({ layer = '' }) => layer === '')
      .map(({ text }) => text)
      .join(', ')
  );
  const isSaid = words.some(one => one !== '');
  const second = (row: string[], of: string): string[] => [...row.slice(0, 1), of, ...row.slice(1)];
  const named = isSaid ? second(header, ways) : header;
  const said = isSaid ? rows.map((row, i) => second(row, words[i] ?? '')) : rows;
  return [`${paragraph(caption)}:`, table(named, said)];
}

/** Nothing where only pictures are in it. */
function fold({ title, blocks }: IFold): string[] {
  const body = blocks.flatMap(parts).join('\n\n');
  const named = summary(title.replaceAll('`', ''));
  return body === '' ? [] : [`<details><summary>${named}</summary>\n\n${body}\n\n</details>`];
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
  const { severity_word: word, evidence = '', fits = '', title, rule, says } = finding;
  const { measures, see = [] } = finding;
  const heading = '#'.repeat(Math.min(size, SMALLEST));
  const known = [evidence, fits].filter(part => part !== '').join(', ');
  const sure = known === '' ? '' : ` (${escaped(known)})`;
  yield `${heading} ${escaped(word)}${sure}: ${escaped(title)} (${escaped(`\`${rule}\``)})`;
  const place = placeWords(finding, english);
  const words = [says, ...see.map(({ text }) => `${text}.`)].join(' ');
  yield paragraph(words) + (place === '' ? '' : ` (${escaped(place)})`);
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
    case 'fold':
      return fold(block);
    case 'finding':
      return [...card(block, 3)];
  }
}

function foldedPart(title: string, body: string): string {
  return `<details><summary>${summary(title)}</summary>\n\n${body.trim()}\n\n</details>`;
}

/** Findings first, what was measured folded under them, and of several fits each. */
export function asMarkdown({ document: of, fits = [] }: IPayload): string {
  const each = fits
    .map(listed)
    .map(({ title, document: part }) => foldedPart(title, written(part)));
  return `${[written(of), ...each].join('\n\n')}\n`;
}

function written(of: IDocument): string {
  const [findings, ...measured] = of.sections;
  const made = [
    `## ${escaped(of.headline)}`,
    `**${escaped(of.verdict_word)}** · ${escaped(of.summary)}`,
    ...(findings?.blocks.flatMap(parts) ?? []),
    ...measured.map(({ title, blocks }) => {
      return foldedPart(title, blocks.flatMap(parts).join('\n\n'));
    }),
    paragraph(of.footer)
  ];
  return made.filter(part => part !== '').join('\n\n');
}
