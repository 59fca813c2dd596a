/** What is read of a stored report, beside its document. */

import type { IReport, ITrial } from './wire';

export interface IStoredTreatment {
  /** The whole cell after it, null where nothing can be patched. */
  patched: string | null;
  /** The text of the other cell that `patched` replaces; empty or missing for the diagnosed one. */
  cell?: string;
  trial?: ITrial | null;
}

export interface IStoredFinding {
  treatments: IStoredTreatment[];
}

/** What is read of it: the document's patches are made from this and from its diffs. */
export interface IStoredReport extends IReport {
  findings: IStoredFinding[];
}
