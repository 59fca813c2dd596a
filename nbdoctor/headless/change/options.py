"""How changes are tried."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MOST_STEPS = 800
"""Of one training: healthy small programs have learned by then."""

MOST_SEEDS = 8
TIMEOUT = 600.0
"""Seconds for one run of the cell."""

WHOLE = 1_800.0
"""Seconds for everything; no further run is begun afterwards."""


@dataclass(frozen=True, kw_only=True)
class Trying:
    """Trying changes are tried.

    Attributes
    ----------
    judge_on : Path or None
        An .npz of `x` and `y` that judge, in place of rows of the cell.
    prepare : str
        An expression of `x` and of names of the notebook that prepares these rows as the cell does.
    seeds : int
        At most; it is asked after 3, 5 and 8 whether they tell enough.
    steps : int
        Of a training, at most.
    timeout, whole : float
        Seconds for a run, and for all.
    """

    judge_on: Path | None = None
    prepare: str = ""
    seeds: int = MOST_SEEDS
    steps: int = MOST_STEPS
    timeout: float = TIMEOUT
    whole: float = WHOLE
