"""How a cell is examined."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbdoctor.session.budget import DATA, WHOLE
from nbdoctor.session.experimenting import Wanted
from nbdoctor.session.judge import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look.

    Attributes
    ----------
    budget : float
        Seconds for everything beyond the first rehearsal.
    grows : bool
        The budget may grow with the training.
    data_budget : float
        Seconds for reading rows once the cell has ended; no further reading is begun afterwards.
    batches : int
        Batches to look at.
    dry_run : bool
        Stop before training.
    cut : bool
        Train for the first steps only; what they leave behind tells nothing of the training.
    samples : bool
        Show and store some rows of the data.
    trials : bool
        Try the treatments on copies, when the cell has ended.
    experiment : str
        Find the cause by replacing parts on copies: "where needed", "always" or "never".
    choice : Choice
        Which rules judge.
    """

    budget: float = WHOLE
    grows: bool = False
    data_budget: float = DATA
    batches: int = 8
    dry_run: bool = False
    cut: bool = False
    samples: bool = False
    trials: bool = True
    experiment: Wanted = "where needed"
    choice: Choice = field(default_factory=Choice)

    @property
    def wanted_experiment(self) -> Wanted:
        """Where copies are not to be trained, an experiment has to be asked for."""
        return "never" if self.experiment == "where needed" and not self.trials else self.experiment
