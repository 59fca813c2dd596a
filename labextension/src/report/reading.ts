/** Understands what stands in a notebook's output, which may be anything, within bounds. */

import { MOST, LIMITS } from './bounds';
import { block } from './blockReader';
import { chart, notShown, prose, words } from './findingReader';
import { isObject } from '../guards';
import { completed } from './fits';
import { unpacked } from './packing';
import { withPatches } from './patch';
import { count, listOf, optional, orNull, type Reader, shape, Unreadable, whole } from './readers';
import type { IStoredFinding, IStoredReport, IStoredTreatment } from './storedReport';
import {
  type IDocument,
  type IFit,
  type IPayload,
  type ISection,
  type IText,
  type ITrial,
  VERSION
} from './wire';

/** A payload as it was understood. */
export type Reading =
  ({ kind: 'report' } & IPayload) | { kind: 'newer'; version: number } | { kind: 'unreadable' };

function blocksLeft(left: number, all: unknown[]): IText {
  const isFinding = (one: unknown): boolean => isObject(one) && one.kind === 'finding';
  const what = all.slice(-left).every(isFinding) ? 'findings' : 'parts';
  return { kind: 'muted', text: notShown(left, what) };
}

const section = shape<ISection>({
  title: words,
  count: orNull(count),
  blocks: listOf(block, MOST.findings, blocksLeft)
});

const documentReader: Reader<IDocument> = shape<IDocument>({
  headline: words,
  verdict: words,
  verdict_word: words,
  summary: words,
  footer: prose,
  score: optional(orNull(chart)),
  sections: listOf(section, MOST.sections, left => ({
    title: '…',
    count: null,
    blocks: [{ kind: 'muted', text: notShown(left, 'parts') }]
  }))
});

const fitsReader = optional(
  listOf(shape<IFit>({ title: words, document: documentReader }), MOST.fits)
);

const cell = whole(MOST.cell);

const storedTreatment = shape<IStoredTreatment>({
  patched: orNull(cell),
  cell: optional(cell),
  trial: optional(orNull(shape<ITrial>({ outcome: orNull(words) })))
});

const storedFinding = shape<IStoredFinding>({
  treatments: listOf(storedTreatment, MOST.treatments)
});

const storedReport = shape<IStoredReport>({
  findings: listOf(storedFinding, MOST.rows),
  stage: words,
  source: cell
});

/** What a reader makes of a value, null where it is not what it has to be. */
function understood<T>(reader: Reader<T>, value: unknown): T | null {
  try {
    return reader(value, { ...LIMITS });
  } catch (error) {
    if (error instanceof Unreadable) {
      return null;
    }
    throw error;
  }
}

/** What was measured, to copy; empty while training goes on, and in reports of old. */
export function readEvidence(payload: unknown): string {
  return isObject(payload) ? (understood(whole(MOST.words), payload.evidence) ?? '') : '';
}

export function readPayload(stored: unknown): Reading {
  const payload = unpacked(stored);
  const version = isObject(payload) ? payload.version : null;
  if (!isObject(payload) || typeof version !== 'number' || !(version >= 1)) {
    return { kind: 'unreadable' };
  }
  if (version > VERSION) {
    return { kind: 'newer', version };
  }
  const document = understood(documentReader, payload.document);
  const report = understood(storedReport, payload.report);
  if (!document) {
    return { kind: 'unreadable' };
  }
  const drawn = report ? withPatches(document, report) : document;
  const fits = (understood(fitsReader, payload.fits) ?? []).map(fit => completed(fit, drawn));
  return {
    kind: 'report',
    document: drawn,
    ...(fits.length > 0 ? { fits } : {}),
    report: report && { stage: report.stage, source: report.source }
  };
}
