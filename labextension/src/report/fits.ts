/** Several fits of a cell: what is said of all of them is stored once, and put in where it belongs. */

import { english } from './english';
import { placeWords } from './finding';
import { DID_NOT_HELP } from './treatment';
import type { Block, IDocument, IFinding, IFit, IList, ITreatment } from './wire';

function* findingsOf(blocks: readonly Block[]): Generator<IFinding> {
  for (const block of blocks) {
    if (block.kind === 'finding') {
      yield block;
      yield* findingsOf(block.consequences);
    }
  }
}

function withBlocks(document: IDocument, change: (blocks: Block[]) => Block[]): IDocument {
  const sections = document.sections.map(one => ({ ...one, blocks: change(one.blocks) }));
  return { ...document, sections };
}

/** A fix, with what came of trying it for one fit. */
function tried(of: ITreatment, own: ITreatment | undefined): ITreatment {
  if (own?.title !== of.title) {
    return of;
  }
  const { outcome = '', trial = '' } = own;
  const hasFailed = DID_NOT_HELP.includes(outcome);
  const patch = of.patch && !hasFailed ? { ...of.patch, isProved: outcome === 'helps' } : null;
  return { ...of, outcome, trial, chart: trial === of.trial ? of.chart : null, patch };
}

/** A fit with the fixes and manual pages that stand with the same findings of all fits. */
export function completed({ title, document }: IFit, all: IDocument): IFit {
  const known = new Map<number, IFinding>();
  for (const finding of findingsOf(all.sections.flatMap(({ blocks }) => blocks))) {
    known.set(finding.number ?? -1, finding);
  }
  const whole = (finding: IFinding): IFinding => {
    const same = known.get(finding.number ?? -1);
    const consequences = finding.consequences.map(whole);
    if (same?.rule !== finding.rule) {
      return { ...finding, consequences };
    }
    const treatments = same.treatments.map((one, at) => tried(one, finding.treatments[at]));
    return { ...finding, treatments, page: same.page, consequences };
  };
  const blocks = (of: Block[]): Block[] =>
    of.map(block => (block.kind === 'finding' ? whole(block) : block));
  return { title, document: withBlocks(document, blocks) };
}

function sentence(finding: IFinding): string {
  const { severity_word: word, title, see = [] } = finding;
  const says = [finding.says, ...see.map(({ text }) => `${text}.`)].join(' ');
  const place = placeWords(finding, english);
  return `${word}: ${title}${place === '' ? '' : ` (${place})`}. ${says}`;
}

/** A fit with its findings as sentences: what to do stands above, where all fits are told of. */
export function listed({ title, document }: IFit): IFit {
  const blocks = (of: Block[]): Block[] => {
    const findings = of.filter(block => block.kind === 'finding');
    if (findings.length === 0) {
      return of;
    }
    const all = findings.flatMap(one => [one, ...one.consequences]);
    const list: IList = { kind: 'list', items: all.map(sentence) };
    return [...of.filter(block => block.kind !== 'finding'), list];
  };
  return { title, document: withBlocks(document, blocks) };
}
