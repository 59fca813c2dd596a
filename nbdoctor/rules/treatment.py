"""A way to cure a finding, and what came of trying it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Effect = Literal["none", "training", "model", "judgement", "advice"]
Outcome = Literal["helps", "no effect", "worse"]


PLACEHOLDER = re.compile(r"\bFILL_IN_[A-Z_]+\b")
"""A name that no cell defines, for what only the user knows: a cell with it stops where it stands,
and says so, until it is filled in."""


def placeholders(source: str) -> list[str]:
    """What has to be filled in before a patched cell can run."""
    return list(dict.fromkeys(PLACEHOLDER.findall(source)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a treatment did to a copy of the model, or why it was not tried.

    Attributes
    ----------
    outcome : str or None
        "helps", "no effect" or "worse"; None where it was not tried.
    reason : str
        Why it was not tried, or what the outcome rests on; a sentence without a full stop.
    score : str
        What was measured ("accuracy"): from predictions and labels, never from a metric or loss
        of the cell, where the treatment changes more than what is reported.
    before, after : float or None
        The score of the untreated and of the treated copy, means over the seeds; `before` is
        None where the untreated copy cannot be trained.
    seeds, agreeing : int
        Pairs of copies that were compared, and those that changed in the direction of the mean.
    steps : int
        Training steps of each copy, 0 where none was needed.
    rows : int
        Rows that the score was computed from.
    held_out : bool
        Whether the copies were not trained on these rows.
    at : tuple of int
        Steps after which the score was taken for the curves.
    as_it_is, treated : tuple of float
        The two curves, means over the seeds; what is trained for fewer steps has fewer points.
    cleared, remaining : tuple of str
        Rules whose finding is gone when they are asked about the treated copy, and those whose
        finding is not; both empty where they were not asked.
    seconds : float
        How long it took.
    """

    outcome: Outcome | None = None
    reason: str = ""
    score: str = ""
    before: float | None = None
    after: float | None = None
    seeds: int = 0
    agreeing: int = 0
    steps: int = 0
    rows: int = 0
    held_out: bool = False
    at: tuple[int, ...] = ()
    as_it_is: tuple[float, ...] = ()
    treated: tuple[float, ...] = ()
    cleared: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """A way to cure a finding, as shown.

    Attributes
    ----------
    title : str
        An imperative of a few words.
    text : str
        What it does to this model.
    effect : str
        "none" (what is reported), "training", "model", "judgement" (a person must choose) or
        "advice" (nothing mechanical can be patched).
    patched : str or None
        The whole cell after the treatment; with a `PLACEHOLDER` where the user has to choose.
    diff : str
        Unified diff of the cell, "" without `patched`.
    pair : bool
        It makes two changes at once, so it is tried where no single one of its finding helps.
    trial : Trial or None
        None as long as it was not decided whether it can be tried.
    cell : str
        The text of the other cell that `patched` replaces; "" for the diagnosed one.
    cell_number : int or None
        The execution count of that cell.
    """

    title: str
    text: str
    effect: Effect
    patched: str | None = None
    diff: str = ""
    pair: bool = False
    trial: Trial | None = None
    cell: str = ""
    cell_number: int | None = None
