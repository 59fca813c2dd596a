"""Treatments of findings, and the results of trying them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Effect = Literal["none", "training", "model", "judgement", "advice"]
Outcome = Literal["helps", "no effect", "worse", "undecided"]
Skipped = Literal["", "too long", "runs lines", "cannot be tried"]

Role = Literal["", "train longer", "take longer steps"]
"""The purpose of a treatment, by which trials find it: they know roles, but no rules."""


PLACEHOLDER = re.compile(r"\bFILL_IN_[A-Z_]+\b")
"""A name that no cell defines, for a value that only the user knows: a cell that contains it stops
with a `NameError` at this name until the user replaces it."""


def placeholders(source: str) -> list[str]:
    """Return the names to replace before a patched cell can run, in order, each once."""
    return list(dict.fromkeys(PLACEHOLDER.findall(source)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingLength:
    """How long and how fast a model is trained: the facts for treatments with a `Role`.

    Attributes
    ----------
    epochs : int
        The `epochs` argument of `fit`.
    optimizer : str
        Its class name, "" without a rate.
    rate : float or None
        The learning rate, None where it is not known or follows a schedule.
    """

    epochs: int
    optimizer: str = ""
    rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The effect of a treatment on a copy of the model, or why it was not tried.

    Attributes
    ----------
    outcome : str or None
        "helps", "no effect", "worse", or "undecided" where the seeds prove none of these; None
        where it was not tried.
    reason : str
        Why it was not tried, or what the outcome is based on; a sentence without a full stop.
    score : str
        Name of what was measured ("accuracy"): from predictions and labels, never from a metric
        or loss of the cell, where the treatment changes more than what is reported.
    before, after : float or None
        The score of the untreated and of the treated copy, means over the seeds; `before` is
        None where the untreated copy cannot be trained.
    low, high : float or None
        Confidence interval of the gain over these seeds and rows; None where there is none.
    constant : float or None
        What the best constant prediction scores; not stored.
    seeds, agreeing : int
        Pairs of copies that were compared, and those that changed in the direction of the mean.
    steps : int
        Training steps of each copy, 0 where none was needed.
    rows : int
        Rows that the score was computed from.
    held_out : bool
        Whether the copies were not trained on these rows.
    at : tuple of int
        Steps after which the score was computed for the curves.
    as_it_is, treated : tuple of float
        The two curves, means over the seeds; a copy trained for fewer steps has fewer points.
    cleared, remaining : tuple of str
        Rules that no longer find the problem in the treated copy, and those that still do; both
        empty where the treated copy was not examined.
    seconds : float
        How long it took.
    by_objects : bool
        Whether the live model was copied, and none of the lines that build it was run.
    anew : bool
        Whether the copies start from newly initialised weights, and not from those that the model
        had before the cell.
    runs_lines : str
        Where it was not tried because running lines again may have side effects: these lines
        ("lines 12 to 20").
    skipped : str
        Why it was not tried, for programs: "too long" (more time would do), "runs lines" (lines
        that are not proved to only compute) or "cannot be tried"; "" where it was tried, and in
        reports of versions that did not store it.
    """

    outcome: Outcome | None = None
    reason: str = ""
    score: str = ""
    before: float | None = None
    after: float | None = None
    low: float | None = None
    high: float | None = None
    constant: float | None = field(default=None, compare=False, metadata={"stored": False})
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
    by_objects: bool = False
    anew: bool = False
    runs_lines: str = ""
    skipped: Skipped = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """A change that resolves a finding, or advice, as shown.

    Attributes
    ----------
    title : str
        A few words in the imperative, sentence case, no full stop.
    text : str
        What it does to this model.
    effect : str
        What it changes: "none" (only what is reported), "training", "model", "judgement" (the
        user has to choose) or "advice" (nothing can be patched automatically).
    patched : str or None
        The whole cell after the treatment; with a `PLACEHOLDER` where the user has to fill in a
        value.
    diff : str
        Unified diff of the cell, "" without `patched`.
    pair : bool
        Whether it makes two changes at once; it is tried where no single treatment of its finding
        helps.
    trial : Trial or None
        None until it is decided whether it can be tried.
    cell : str
        The source of the other cell that `patched` replaces; "" for the diagnosed cell.
    cell_number : int or None
        The execution count of that cell.
    as_used : str
        The whole cell with its rows as they are where the model is used, by which a trial judges
        the untreated model: its own rows give the target away; "" where its own rows judge it. Not
        stored.
    role : str
        See `Role`; not stored.
    name : str
        Name of the function that made it, by which trials find it again; not stored.
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
    as_used: str = field(default="", compare=False, metadata={"stored": False})
    role: Role = field(default="", compare=False, metadata={"stored": False})
    name: str = field(default="", compare=False, metadata={"stored": False})
