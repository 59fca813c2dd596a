/** Understands what stands in a notebook's output, which may be anything. */

import {
  exactly,
  type Guard,
  isFlag,
  isNumber,
  isObject,
  isText,
  listOf,
  optional,
  orNull,
  shape,
  threeOf
} from './guards';
import {
  type Block,
  type IChart,
  type IDocument,
  type IFinding,
  type IList,
  type IPayload,
  type ISection,
  type IStoredFinding,
  type IStoredReport,
  type IStoredTreatment,
  type ITable,
  type IText,
  type ITreatment,
  type ITrial,
  VERSION
} from './wire';

/** A payload as it was understood. */
export type Reading =
  ({ kind: 'report' } & IPayload) | { kind: 'newer'; version: number } | { kind: 'unreadable' };

const isChart = shape<IChart>({
  kind: exactly('chart'),
  name: isText,
  title: isText,
  description: isText,
  svg: isText
});

const isTreatment = shape<ITreatment>({
  title: isText,
  text: isText,
  effect: isText,
  effect_word: isText,
  diff: isText,
  outcome: optional(isText),
  trial: optional(isText),
  chart: optional(orNull(isChart))
});

const isFinding: Guard<IFinding> = shape<IFinding>({
  kind: exactly('finding'),
  severity: isText,
  severity_word: isText,
  rule: isText,
  title: isText,
  says: isText,
  line: orNull(isNumber),
  measures: listOf(threeOf(isText)),
  treatments: listOf(isTreatment),
  consequences: (value): value is IFinding[] => listOf(isFinding)(value),
  page: isText,
  number: optional(isNumber)
});

const blockGuards: Record<Block['kind'], Guard<Block>> = {
  text: shape<IText>({ kind: exactly('text', 'muted'), text: isText }),
  muted: shape<IText>({ kind: exactly('text', 'muted'), text: isText }),
  list: shape<IList>({ kind: exactly('list'), items: listOf(isText) }),
  table: shape<ITable>({
    kind: exactly('table'),
    caption: isText,
    header: listOf(isText),
    rows: listOf(listOf(isText)),
    folded: isFlag
  }),
  chart: isChart,
  finding: isFinding
};

const isBlock: Guard<Block> = (value): value is Block =>
  isObject(value) &&
  Object.entries(blockGuards).some(([kind, g]) => kind === value.kind && g(value));

const isSection = shape<ISection>({
  title: isText,
  count: orNull(isNumber),
  blocks: listOf(isBlock)
});

const isDocument: Guard<IDocument> = shape<IDocument>({
  headline: isText,
  verdict: isText,
  verdict_word: isText,
  summary: isText,
  footer: isText,
  sections: listOf(isSection)
});

const isStoredTreatment = shape<IStoredTreatment>({
  patched: orNull(isText),
  cell: optional(isText),
  trial: optional(orNull(shape<ITrial>({ outcome: orNull(isText) })))
});

const isStoredReport = shape<IStoredReport>({
  findings: listOf(shape<IStoredFinding>({ rule: isText, treatments: listOf(isStoredTreatment) })),
  stage: isText,
  call: isText,
  cell_id: orNull(isText),
  source: isText
});

export function readPayload(payload: unknown): Reading {
  if (!isObject(payload) || !isNumber(payload.version)) {
    return { kind: 'unreadable' };
  }
  if (payload.version > VERSION) {
    return { kind: 'newer', version: payload.version };
  }
  const { document, report } = payload;
  return isDocument(document)
    ? { kind: 'report', document, report: isStoredReport(report) ? report : null }
    : { kind: 'unreadable' };
}
