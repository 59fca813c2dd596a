"""What came of trying changes of a cell, as data."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["better", "no different", "worse", "undecided", "no score"]

VERSION = 1
"""Of the JSON of an `Attempt`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingOfSide:
    """A finding in one side, without its evidence: `%%diagnose` shows that."""

    rule: str
    severity: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The cell as it is, or as changed.

    Attributes
    ----------
    name : str
        "as it is", or what the change is called.
    score : float or None
        0 as the best constant prediction, 1 is perfect; mean over the seeds. None where none fits.
    scores : tuple of float
        By seed.
    steps : int
        Training steps of one run.
    cut : bool
        The cell asks for more.
    curve : tuple of (int, float)
        Steps, and the score by then, mean over the seeds.
    findings : tuple of FindingOfSide
        From the first run.
    error : str
        What the cell raises, "" where it raises nothing.
    line : int or None
        Of the cell, that raises.
    seconds : float
        Of one run.
    """

    name: str
    score: float | None = None
    scores: tuple[float, ...] = ()
    steps: int = 0
    cut: bool = False
    curve: tuple[tuple[int, float], ...] = ()
    findings: tuple[FindingOfSide, ...] = ()
    error: str = ""
    line: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change, compared with the cell as it is.

    Attributes
    ----------
    side : Side
    verdict : str
        "better", "no different", "worse", "undecided", or "no score" where none can tell.
    why : str
        What the verdict is based on where that is not plain; a sentence without a full stop.
    effect, low, high : float or None
        Gain of the score, mean over the seeds, and its confidence interval.
    seeds, agreeing : int
        Pairs of runs, and those of them that moved in the direction of the mean.
    came, went : tuple of FindingOfSide
        Findings that only the changed cell has, and that only the cell as it is has.
    """

    side: Side
    verdict: Verdict
    why: str = ""
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    seeds: int = 0
    agreeing: int = 0
    came: tuple[FindingOfSide, ...] = ()
    went: tuple[FindingOfSide, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Changes of one cell that were tried.

    Attributes
    ----------
    notebook : str
    cell : int
        From 1, all cells counted.
    as_it_is : Side
    changes : tuple of Change
    kind : str
        What is predicted: "classes", "bits", "numbers", "distances" or "rebuilding".
    rows : int
        That judged.
    judged_by : str
        Which rows these are.
    notes : tuple of str
        What was run again, and how; one sentence each.
    seconds : float
    version : int
    """

    notebook: str
    cell: int
    as_it_is: Side
    changes: tuple[Change, ...]
    kind: str = ""
    rows: int = 0
    judged_by: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    version: int = field(default=VERSION)

    def __str__(self) -> str:
        """Plain text for a terminal."""
        from nbdoctor.headless.change.told import as_text

        return as_text(self)

    @property
    def best(self) -> Change | None:
        """The change that is better than the cell as it is, and most so."""
        better = [one for one in self.changes if one.verdict == "better"]
        return max(better, key=lambda one: one.side.score or 0.0, default=None)

    def as_dict(self) -> dict[str, Any]:
        """Plain data that JSON can hold."""
        return dataclasses.asdict(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """JSON text, strict (no NaN)."""
        return json.dumps(self.as_dict(), indent=indent, ensure_ascii=False, allow_nan=False)
