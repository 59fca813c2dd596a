"""How a cell is examined."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbdoctor.session.judge import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look.

    Attributes
    ----------
    budget : float
        Seconds for everything beyond the first rehearsal.
    data_budget : float
        Seconds for reading rows once the cell has ended; no further reading is begun afterwards.
    batches : int
        Batches to look at.
    dry_run : bool
        Stop before training.
    trials : bool
        Try the treatments on copies, when the cell has ended.
    choice : Choice
        Which rules judge.
    """

    budget: float = 10.0
    data_budget: float = 5.0
    batches: int = 8
    dry_run: bool = False
    trials: bool = True
    choice: Choice = field(default_factory=Choice)
