/** What Python writes into a notebook's output; twin of nbdoctor/view/document.py. */

export const MIME = 'application/vnd.nbdoctor.report+json';

/** The newest message that this code can draw. */
export const VERSION = 1;

export interface IText {
  kind: 'text' | 'muted';
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
  /** "helps", "no effect" or "worse"; "" where it was not tried. Reports before trials have none. */
  outcome?: string | undefined;
  /** What came of trying it, or why it was not tried; "" where it cannot be. */
  trial?: string | undefined;
  chart?: IChart | null | undefined;
}

/** A finding in words; `number` is its place in the report, absent in reports of old. */
export interface IFinding {
  kind: 'finding';
  severity: string;
  severity_word: string;
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

export interface IStoredTreatment {
  /** The whole cell after it, null where nothing can be patched. */
  patched: string | null;
  /** The text of the other cell that `patched` replaces; empty or missing for the diagnosed one. */
  cell?: string;
  trial?: ITrial | null;
}

export interface IStoredFinding {
  rule: string;
  treatments: IStoredTreatment[];
}

/** What is read of the report itself; twin of nbdoctor/report.py. */
export interface IStoredReport {
  findings: IStoredFinding[];
  stage: string;
  /** Which call was examined ("fit on line 12"). */
  call: string;
  cell_id: string | null;
  /** The cell as it was diagnosed. */
  source: string;
}

export interface IPayload {
  document: IDocument;
  /** Null where it cannot be understood; the document still can. */
  report: IStoredReport | null;
}
