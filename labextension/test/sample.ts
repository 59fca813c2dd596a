/** A small report, and how tests look at what is drawn of it. */

import './dom';
import { drawDocument } from '../src/report/document';
import { readPayload } from '../src/report/reading';
import type { ITarget } from '../src/notebook/change';
import type { IEdit } from '../src/notebook/edit';
import type { Block, IDocument, IFinding, IPayload } from '../src/report/wire';
import { english, golden } from './dom';

export const finding: IFinding = {
  kind: 'finding',
  severity: 'critical',
  severity_word: 'Critical',
  evidence: 'proved',
  rule: 'dead-units',
  title: 'Half of `dense_0` never fires',
  says: '31 of 64 units put out zero.',
  line: 4,
  measures: [['silent units', '31 of 64', 'at most 6']],
  treatments: [
    {
      title: 'Lower the rate',
      text: 'Sets `learning_rate` to 0.001.',
      effect: 'training',
      effect_word: 'changes training, not the model',
      diff: '--- before\n+++ after\n@@ -1,2 +1,2 @@\n x = 1\n-rate = 1\n+rate = 0.001\n',
      patch: null
    }
  ],
  consequences: [],
  page: 'A unit that never fires.\n\n## What it means\nIt has no gradient.'
};

export function report(blocks: Block[], verdict = 'critical'): IDocument {
  return {
    headline: 'Half of `dense_0` never fires',
    verdict,
    verdict_word: 'Critical',
    summary: '1 critical',
    footer: 'Training was not touched.',
    sections: [
      { title: 'Findings', count: 1, blocks },
      { title: 'Inputs', count: null, blocks: [{ kind: 'muted', text: 'Not measured.' }] },
      { title: 'Timing', count: null, blocks: [] }
    ]
  };
}

export function draw(...blocks: Block[]): HTMLElement {
  return drawDocument({ document: report(blocks), report: null }, english);
}

/** A message of Python, understood. */
export function payload(message: unknown = golden('report.json')): IPayload {
  const reading = readPayload(message);
  if (reading.kind !== 'report') {
    throw new Error(`The message is ${reading.kind}.`);
  }
  return reading;
}

export function texts(root: Element, selector: string): (string | null)[] {
  return [...root.querySelectorAll(selector)].map(found => found.textContent);
}

/** A cell that a patch goes to; what is written into it stands in \`written\`. */
export function target(source: string, changes: Partial<ITarget> = {}): ITarget & IWritten {
  const written: IEdit[] = [];
  return {
    id: 'a',
    name: 'cell [1]',
    source,
    isLocked: false,
    write: change => void written.push(change),
    show: () => undefined,
    toRun: null,
    written,
    ...changes
  };
}

interface IWritten {
  written: IEdit[];
}
