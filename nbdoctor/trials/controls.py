"""Untreated copies that are judged by other rows, or trained for longer, than they are at first."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbdoctor.trials.budget import LEAST_SEEDS, Budget
from nbdoctor.trials.copying.case import Judging
from nbdoctor.trials.refusal import TooLongError
from nbdoctor.trials.training import Arm, planned_steps


@dataclass
class Controls:
    """Further trainings of the untreated copies, each made once.

    Attributes
    ----------
    budget : Budget
    """

    budget: Budget
    _judged: dict[tuple[int, int], Arm] = field(default_factory=dict)
    _longer: dict[int, Arm] = field(default_factory=dict)

    def by_validation(self, control: Arm) -> Arm:
        """Return untreated copies that are judged by the rows that `fit` validates on."""
        return control if control.by_validation else self._again(control, control.others)

    def by_rows_of(self, control: Arm, others: Judging) -> Arm:
        """Return untreated copies that are judged by these rows as well."""
        return self._again(control, others)

    def _again(self, control: Arm, others: Judging | None) -> Arm:
        key = (id(control), id(others))
        if key not in self._judged:
            self.budget.require(control.step_seconds * control.steps * LEAST_SEEDS)
            by_validation = control.by_validation or others is None
            again = control.again(by_validation=by_validation, others=others)
            again.prepare()
            self._judged[key] = again
        return self._judged[key]

    def to_the_end(self, control: Arm, treated: Arm) -> tuple[Arm, int]:
        """Return the control, and after which step it is compared: its last, or the cell's.

        The end of the cell counts where the treatment changes the epochs, too: then the control is
        trained until there.
        """
        if treated.recipe.epochs == control.recipe.epochs:
            return control, control.steps
        stops = planned_steps(control)
        if stops <= control.steps:
            return control, stops
        wanted = control.step_seconds * stops * LEAST_SEEDS
        if stops not in treated.at:
            raise TooLongError(wanted, self.budget.left)
        if id(control) not in self._longer:
            self.budget.require(wanted)
            whole = control.again(
                by_validation=control.by_validation, others=control.others, steps=stops
            )
            whole.prepare()
            self._longer[id(control)] = whole
        return self._longer[id(control)], stops
