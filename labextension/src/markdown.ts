/** A report as Markdown, for an issue or a chat; twin of nbdoctor/view/markdown.py. */

import { DID_NOT_HELP } from './fix';
import type { Block, IDocument, IFinding, ITable, ITreatment } from './wire';

/** Stands in place of charts, of which Markdown has none. */
const CHARTS_FOLLOW = 'Charts follow when training ends or pauses.';

/** Text outside backticks cannot become HTML or emphasis. */
function escaped(text: string): string {
  const parts = text.split('`');
  if (parts.length % 2 === 0) {
    return text.replace(/([\\`*_<>[\]])/g, '\\$1');
  }
  const safe = (part: string): string => part.replace(/([\\*_<>[\]])/g, '\\$1');
  return parts.map((part, place) => (place % 2 === 1 ? part : safe(part))).join('`');
}

function cell(text: string): string {
  return escaped(text).split(/\s+/).filter(Boolean).join(' ').replaceAll('|', '\\|');
}

function table(header: string[], rows: string[][]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map(line => `| ${line.map(cell).join(' | ')} |`).join('\n');
}

function captioned({ caption, header, rows }: ITable): string[] {
  return [`${escaped(caption)}:`, table(header, rows)];
}

function* treatment(of: ITreatment): Generator<string> {
  const { title, effect_word: effect, text, diff, outcome = '', trial = '' } = of;
  yield `**${escaped(title)}** (${effect}). ${escaped(text)}`;
  if (trial !== '') {
    yield escaped(trial);
  }
  if (diff !== '' && !DID_NOT_HELP.includes(outcome)) {
    const longest = Math.max(0, ...[...diff.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = '`'.repeat(3 + longest);
    yield `${fence}diff\n${diff}\n${fence}`;
  }
}

function* card(finding: IFinding, heading: string): Generator<string> {
  const { severity_word: word, title, rule, says, line, measures } = finding;
  yield `${heading} ${word}: ${escaped(title)} (\`${rule}\`)`;
  yield escaped(says) + (line === null || line === 0 ? '' : ` (line ${line})`);
  if (measures.length > 0) {
    yield table(['', 'measured', 'expected'], measures);
  }
  for (const one of finding.treatments) {
    yield* treatment(one);
  }
  for (const consequence of finding.consequences) {
    yield* card(consequence, `${heading}#`);
  }
}

function parts(block: Block): string[] {
  switch (block.kind) {
    case 'text':
      return [escaped(block.text)];
    case 'muted':
      return block.text === CHARTS_FOLLOW ? [] : [escaped(block.text)];
    case 'list':
      return [block.items.map(item => `- ${escaped(item)}`).join('\n')];
    case 'table':
      return captioned(block);
    case 'chart':
      return [];
    case 'finding':
      return [...card(block, '###')];
  }
}

/** Findings first, and what was measured folded under them. */
export function asMarkdown(of: IDocument): string {
  const [findings, ...measured] = of.sections;
  const made = [
    `## ${escaped(of.headline)}`,
    `**${of.verdict_word}** · ${escaped(of.summary)}`,
    ...(findings?.blocks.flatMap(parts) ?? []),
    ...measured.map(({ title, blocks }) => {
      const body = blocks.flatMap(parts).join('\n\n');
      return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
    }),
    of.footer
  ];
  return `${made.filter(part => part !== '').join('\n\n')}\n`;
}
