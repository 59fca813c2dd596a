/** Understands what stands in a notebook's output, which may be anything, within bounds. */

import { MOST, LIMITS } from './bounds';
import { chart, finding, notShown, prose, words } from './findingReader';
import { isObject } from '../guards';
import { completed } from './fits';
import { withPatches } from './patch';
import {
  count,
  exactly,
  flag,
  listOf,
  optional,
  orNull,
  type Reader,
  shape,
  Unreadable,
  whole
} from './readers';
import type { IStoredFinding, IStoredReport, IStoredTreatment } from './storedReport';
import {
  type Block,
  type IDocument,
  type IFit,
  type IList,
  type IPayload,
  type ISection,
  type ITable,
  type IText,
  type ITrial,
  VERSION
} from './wire';

/** A payload as it was understood. */
export type Reading =
  ({ kind: 'report' } & IPayload) | { kind: 'newer'; version: number } | { kind: 'unreadable' };

const paragraph = shape<IText>({ kind: exactly('text', 'muted', 'placeholder'), text: prose });

const row = listOf(words, MOST.columns);

const blockReaders: Record<Block['kind'], Reader<Block>> = {
  text: paragraph,
  muted: paragraph,
  placeholder: paragraph,
  list: shape<IList>({
    kind: exactly('list'),
    items: listOf(prose, MOST.rows, left => notShown(left, 'items'))
  }),
  table: shape<ITable>({
    kind: exactly('table'),
    caption: words,
    header: row,
    rows: listOf(row, MOST.rows, left => [notShown(left, 'rows')]),
    folded: flag
  }),
  chart,
  finding: finding(MOST.depth)
};

const kindOf = exactly('text', 'muted', 'placeholder', 'list', 'table', 'chart', 'finding');

const block: Reader<Block> = (value, remaining) => {
  const kind = kindOf(isObject(value) ? value.kind : undefined, remaining);
  return blockReaders[kind](value, remaining);
};

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

export function readPayload(payload: unknown): Reading {
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
