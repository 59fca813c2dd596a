/** A table of the document, and the ways that lead from its rows to other parts. */

export interface ITable {
  kind: 'table';
  caption: string;
  header: string[];
  rows: string[][];
  folded: boolean;
  /** What stands on the fold; the caption where there is none. */
  fold_title?: string;
  /** Whether the caption is seen; else it is only read aloud. */
  titled?: boolean;
  /** The id of each row; none where nothing leads to one. */
  anchors?: string[];
  /** What each row leads to, in its second column, under `leads_title`. */
  leads?: ILead[][];
  leads_title?: string;
}

/** Words that lead to another place of the report. */
export interface ILead {
  text: string;
  anchor: string;
  /** The layer whose histograms are there, which a live view draws when it is asked. */
  layer?: string;
}
