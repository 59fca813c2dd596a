/** What Python writes into a notebook's output; twin of nbdoctor/view/document.py. */

export const MIME = 'application/vnd.nbdoctor.report+json';

/** The newest message that this code can draw. */
export const VERSION = 1;

export interface IText {
  /** A placeholder stands for what comes later, and is left out of what never shows that. */
  kind: 'text' | 'muted' | 'placeholder';
  text: string;
}

export interface IList {
  kind: 'list';
  items: string[];
}

export interface ITable {
  kind: 'table';
  caption: string;
  header: string[];
  rows: string[][];
  folded: boolean;
}

export interface IChart {
  kind: 'chart';
  name: string;
  title: string;
  description: string;
  svg: string;
}

export interface ITreatment {
  title: string;
  text: string;
  effect: string;
  effect_word: string;
  diff: string;
  /**
   * "helps", "no effect", "worse" or "undecided"; "" where it was not tried. Reports before trials
   * have none.
   */
  outcome?: string | undefined;
  /** What came of trying it, or why it was not tried; "" where it cannot be. */
  trial?: string | undefined;
  chart?: IChart | null | undefined;
  /** What can be applied: no message has it, it is made from the diff (patch.ts). */
  patch: IPatch | null;
}

/** A patch of a whole cell. */
export interface IPatch {
  /** The cell that it was made for; it must not hit another. */
  expected: string;
  patched: string;
  /** Whether that is another cell than the one that was diagnosed. */
  isElsewhere: boolean;
  /** Whether it helped a copy of the model. */
  isProved: boolean;
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
}

export type Block = IText | IList | ITable | IChart | IFinding;

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
