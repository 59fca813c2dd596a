/** A treatment of a finding, and the patch that applies it. */

import type { IChart } from './wire';

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
