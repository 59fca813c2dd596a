/** The diff that is shown is the only source of a patch: what stands elsewhere is not used. */

import { FIXES } from './bounds';
import { DID_NOT_HELP } from './treatment';
import { patchedBy } from './unifiedDiff';
import type { IStoredReport, IStoredTreatment } from './storedReport';
import type { Block, IDocument, IFinding, IPatch, ITreatment } from './wire';

/** How many patches, and letters of cells, may still be made. */
interface IPatchesRemaining {
  number: number;
  letters: number;
}

function* findingsIn(blocks: readonly Block[]): Generator<IFinding> {
  for (const block of blocks) {
    if (block.kind === 'finding') {
      yield block;
      yield* findingsIn(block.consequences);
    }
  }
}

function allFindings({ sections }: IDocument): IFinding[] {
  return sections.flatMap(({ blocks }) => [...findingsIn(blocks)]);
}

/** The places in the report that findings name, without those that several claim. */
function numbersNamedOnce(document: IDocument): Set<number> {
  const once = new Set<number>();
  const all = new Set<number>();
  for (const { number } of allFindings(document)) {
    if (number !== undefined) {
      once[all.has(number) ? 'delete' : 'add'](number);
      all.add(number);
    }
  }
  return once;
}

/** The patch of a treatment, null where none is offered. */
function patchOf(
  { diff, outcome: shown = '' }: ITreatment,
  { patched, cell = '', trial }: IStoredTreatment,
  source: string,
  remaining: IPatchesRemaining
): IPatch | null {
  const outcome = trial?.outcome ?? '';
  const expected = cell === '' ? source : cell;
  const isOffered = patched !== null && diff !== '';
  const hasFailed = DID_NOT_HELP.includes(outcome) || DID_NOT_HELP.includes(shown);
  if (!isOffered || hasFailed || remaining.number <= 0 || remaining.letters < 2 * expected.length) {
    return null;
  }
  const made = patchedBy(expected, diff);
  remaining.number -= 1;
  remaining.letters -= expected.length + (made ?? '').length;
  return made === null
    ? null
    : { expected, patched: made, isElsewhere: cell !== '', isProved: outcome === 'helps' };
}

/** The document with the patches of its treatments, made from the diffs that it shows. */
export function withPatches(document: IDocument, report: IStoredReport): IDocument {
  const known = numbersNamedOnce(document);
  const remaining: IPatchesRemaining = { ...FIXES };
  const patched = (finding: IFinding): IFinding => {
    const { number = -1, treatments, consequences } = finding;
    const stored = known.has(number) ? report.findings[number]?.treatments : undefined;
    const withPatch = (treatment: ITreatment, place: number): ITreatment => {
      const of = stored?.[place];
      return of
        ? { ...treatment, patch: patchOf(treatment, of, report.source, remaining) }
        : treatment;
    };
    return {
      ...finding,
      treatments: treatments.map(withPatch),
      consequences: consequences.map(patched)
    };
  };
  const sections = document.sections.map(section => ({
    ...section,
    blocks: section.blocks.map(block => (block.kind === 'finding' ? patched(block) : block))
  }));
  return { ...document, sections };
}

/** The patch at a place of the report ("2:0": of the first treatment of the third finding). */
export function patchAt(document: IDocument, place: string): IPatch | null {
  const [number, treatment = -1] = place.split(':').map(Number);
  const found = allFindings(document).find(finding => finding.number === number);
  return found?.treatments[treatment]?.patch ?? null;
}
