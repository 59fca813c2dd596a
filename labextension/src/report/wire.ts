/** What Python writes into a notebook's output; twin of nbdoctor/view/document.py. */

import type { ILead, ITable } from './wireTable';
import type { IPatch, ITreatment } from './wireTreatment';

export type { ILead, IPatch, ITable, ITreatment };

export const MIME = 'application/vnd.nbdoctor.report+json';

/** The newest message that this code can draw; packed messages are of one more (packing.ts). */
export const VERSION = 2;

export interface IText {
  /** A placeholder stands for what comes later, and is left out of what never shows that. */
  kind: 'text' | 'muted' | 'placeholder';
  text: string;
  anchor?: string;
}

export interface IList {
  kind: 'list';
  items: string[];
}

/** What unfolds under its title. */
export interface IFold {
  kind: 'fold';
  title: string;
  blocks: Block[];
  is_open?: boolean;
  anchor?: string;
}

export interface IChart {
  kind: 'chart';
  name: string;
  title: string;
  description: string;
  svg: string;
}

/** A line of another cell, which was run before the diagnosed one. */
export interface IElsewhere {
  /** The number in brackets beside that cell. */
  number: number;
  /** From 1. */
  line: number;
  text: string;
}

/** A finding in words; `number` is its place in the report. Reports of old lack it and `evidence`. */
export interface IFinding {
  kind: 'finding';
  severity: string;
  severity_word: string;
  /** How sure it is: "proved", "strong evidence", "suspected". */
  evidence?: string;
  rule: string;
  title: string;
  says: string;
  line: number | null;
  /** Name, measured, expected. */
  measures: [string, string, string][];
  treatments: ITreatment[];
  consequences: IFinding[];
  page: string;
  number?: number;
  /** Of several fits of a cell those that it was found in: "fits 1 to 3". */
  fits?: string;
  /** Lines of the cell that get a mark; reports of old mark `line`. */
  marks?: number[];
  elsewhere?: IElsewhere | null;
  /** Its id, and what leads to the layers that it is about. */
  anchor?: string;
  leads?: ILead[];
  /** What leads to the tab that tells more of it. */
  see?: ILead[];
}

export type Block = IText | IList | ITable | IChart | IFold | IFinding;

export interface ISection {
  title: string;
  count: number | null;
  blocks: Block[];
}

export interface IDocument {
  headline: string;
  verdict: string;
  verdict_word: string;
  summary: string;
  footer: string;
  sections: ISection[];
  /** The score of the model beside what is possible; reports of old have none. */
  score?: IChart | null;
}

/** How a fix did on a copy of the model; null where it was not tried. */
export interface ITrial {
  outcome: string | null;
}

/** What is kept of the report itself; twin of nbdoctor/report.py. */
export interface IReport {
  stage: string;
  /** The cell as it was diagnosed. */
  source: string;
}

/** One of several fits of a cell that were examined. */
export interface IFit {
  /** "Fit 1 of 5, line 12, model `net`" */
  title: string;
  document: IDocument;
}

export interface IPayload {
  /** Of several fits what was found in all of them. */
  document: IDocument;
  /** Several fits of the cell; missing where there is one. */
  fits?: IFit[];
  /** Null where it cannot be understood; the document still can. */
  report: IReport | null;
}

/** A report with the message that it was read from. */
export interface IStored {
  payload: IPayload;
  data: unknown;
}
