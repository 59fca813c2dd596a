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
}

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
