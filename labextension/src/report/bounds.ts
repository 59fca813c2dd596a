/** How much of one report is read and drawn. */

import type { IRemaining } from './readers';

/** Far above what nbdoctor writes (150 kB, a few thousand items), far below what stops a page. */
export const LIMITS: Readonly<IRemaining> = { items: 40_000, letters: 4_000_000 };

/** Fixes of one report, and the letters of the cells before and after them: each is a whole cell. */
export const FIXES = { number: 200, letters: 4_000_000 } as const;

/** Letters of texts, and items of single lists. */
export const MOST = {
  words: 5_000,
  prose: 50_000,
  picture: 500_000,
  cell: 1_000_000,
  sections: 20,
  findings: 100,
  rows: 1_000,
  columns: 50,
  treatments: 20,
  fits: 20,
  /** Findings inside of a finding, inside of a finding: nbdoctor itself nests one in another. */
  depth: 3,
  /** Folds inside of a fold: models are inside of models. */
  folds: 12
};
