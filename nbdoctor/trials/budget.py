"""Share out the time that is left for trials."""

from __future__ import annotations

import time
from dataclasses import dataclass

from nbdoctor.trials.comparison import LOOKS, MOST_SEEDS
from nbdoctor.trials.refusal import TooLongError
from nbdoctor.trials.training import MOST_STEPS, SHORTEST_STEP, STEPS, Arm

LEAST_SEEDS = 2
"""Where there is no time for more: they prove what is very plain only."""

FIRST_SEEDS = LOOKS[1]
"""All treatments are tried with so many before one gets more without haste; with `LOOKS[0]` where
one seed more takes `SHARE_FOR_MORE` of the time by itself, and would leave none to the others."""

FEWEST_STEPS = 40
"""Fewer steps show little, even of a model whose steps are so slow that 100 do not fit."""

FEWEST_TO_RUN = 10
"""So many steps prove that a cell that raised can be trained ..."""

SHARE_FOR_PROOF = 0.1
"""... which take this share of the time that is left: more may be wrong with such a cell."""

SHARE_FOR_ONE = 0.5
"""A first trial may take this share of the time that is left, so that others can follow."""

SHARE_FOR_LONGER = 0.2
"""... and this share for all the steps that the cell plans, where these are more than 100."""

SHARE_FOR_MORE = 0.1
"""What is still undecided may go on at once for this share of the time that is left."""


@dataclass(frozen=True)
class Budget:
    """The time that is left.

    Attributes
    ----------
    deadline : float
        `time.perf_counter` by which the last trial has to end.
    """

    deadline: float

    @property
    def left(self) -> float:
        """Seconds."""
        return self.deadline - time.perf_counter()

    def require(self, wanted: float) -> None:
        """Refuse what takes longer than there is time for.

        Raises
        ------
        TooLongError
            There is less than `wanted` seconds.
        """
        if wanted > self.left:
            raise TooLongError(wanted, self.left)

    def steps(self, control: Arm, planned: int) -> int:
        """Return how many steps the copies are trained for, of those that the cell plans.

        Raises
        ------
        TooLongError
            There is no time for the fewest that show anything.
        """
        each = control.step_seconds * 2 * LEAST_SEEDS
        to_make = control.seconds  # the treated copy is made and traced like the untreated one
        if to_make + each * FEWEST_STEPS > self.left:
            raise TooLongError(to_make + each * FEWEST_STEPS, self.left)
        left = self.left - to_make
        if each * STEPS > left * SHARE_FOR_ONE:
            return max(FEWEST_STEPS, int(left * SHARE_FOR_ONE / each))
        fitting = int(SHARE_FOR_LONGER * left / each)
        return max(STEPS, min(planned, fitting, MOST_STEPS))

    def steps_for_proof(self, treated: Arm) -> int:
        """Return how many steps show whether a copy of a cell that raised can be trained."""
        fitting = int(SHARE_FOR_PROOF * self.left / max(treated.step_seconds, SHORTEST_STEP))
        return max(FEWEST_TO_RUN, min(STEPS, fitting))

    def ends_before(self, seed: int, *arms: Arm, insists: bool) -> bool:
        """Whether there is no time for this seed, or none to decide what is still open.

        Parameters
        ----------
        seed : int
        *arms : Arm
            What would be trained from it.
        insists : bool
            No other treatment waits for its first trial.
        """
        waiting = [one for one in arms if seed >= len(one.runs)]
        each = sum(max(one.step_seconds * one.steps, one.run_seconds) for one in waiting)
        left = self.left
        if waiting and each > left:
            return True
        following = next((look for look in LOOKS if look > seed), MOST_SEEDS)
        is_long = each * (following - seed) > SHARE_FOR_MORE * left
        enough = LOOKS[0] if each > SHARE_FOR_MORE * left else FIRST_SEEDS
        return is_long and not insists and seed in LOOKS and seed >= enough
