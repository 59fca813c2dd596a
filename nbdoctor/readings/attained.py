"""What the trained model reaches, and what simple models reach on the same rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from nbdoctor.readings.answers import Answers

CLOSE = 0.15
"""Healthy programs lay at most 0.08 below a reference training, sick ones at least 0.17."""

PAID = 0.3
"""... and a model that rebuilds its inputs may pay for a penalty or noise: a healthy variational
autoencoder lay 0.14 below as many principal components, two that had collapsed 0.32 and 0.68."""

KNOWN = 0.05
"""... but of rows that it was trained on a model knows more than simple models, which are judged on
rows that they have not seen: of 31 healthy ones none lay more than 0.004 below. One that lies
further below than this has not learned well, though it may be for a reason that is no fault."""

CHANCE = 3.0
"""... over the root of the rows: of 33 rows with labels drawn at random one reached 0.18."""

LOW = 0.5
"""A ceiling below this proves nothing: on pictures and texts simple models see little."""

LEARNED = 0.9
"""Score from which on nothing was an obstacle to learning these rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attained:
    """How well the trained model does, beside simple models, on one scale.

    On it 0 is the best constant prediction and 1 is perfect. It is computed from predictions and
    raw labels; neither the loss nor a metric of the user's takes part.

    Attributes
    ----------
    kind : str
        "classes", "bits", "numbers", "distances" or "rebuilding", of the first output.
    score : float
        Of the trained model, the mean over its outputs.
    ceiling : float or None
        Of the best simple model; None where none fits.
    simple : mapping of str to float
        Of each simple model by name.
    rows : int
        Rows that judge.
    counted : float
        As many as of even classes would tell as much.
    held_out : bool
        Training did not use them. Where it did, a gap proves something, and no gap says nothing of
        new rows.
    validation : int
        Of the rows that judge, those of the validation: some where both parts are judged together,
        since each alone is too small.
    in_training_mode : bool
        Predictions are of training mode, since code of the user's would have to run again.
    outputs : int
    why_no_ceiling : str
        "" where there is one.
    answers : tuple of Answers
        What each output gets right and wrong, from the same predictions.
    """

    kind: str
    score: float
    ceiling: float | None = None
    simple: Mapping[str, float] = field(default_factory=dict)
    rows: int = 0
    counted: float = 0.0
    held_out: bool = False
    validation: int = 0
    in_training_mode: bool = False
    outputs: int = 1
    why_no_ceiling: str = ""
    answers: tuple[Answers, ...] = ()

    @property
    def least(self) -> float:
        """Scores of sick programs differ by more than this, however many the rows are."""
        return PAID if self.kind == "rebuilding" else CLOSE

    @property
    def margin(self) -> float:
        """How far below the ceiling a score may lie by chance."""
        return max(self.least, CHANCE / math.sqrt(max(self.counted, 1.0)))

    @property
    def is_nothing(self) -> bool:
        """Whether it predicts hardly better than a constant."""
        return self.score < self.least

    @property
    def may_be_chance(self) -> bool:
        """Whether a score may be no more than chance, since so few rows judge.

        A model that has learned all of its rows has learned something, however few they are.
        """
        return self.score < min(self.margin, LEARNED)

    @property
    def tells(self) -> bool:
        """Whether the ceiling is high enough to prove anything."""
        return self.ceiling is not None and self.ceiling >= LOW

    @property
    def has_gap(self) -> bool:
        """Whether simple models are clearly better."""
        return self.tells and max(self.score, 0.0) <= (self.ceiling or 0.0) - self.margin

    @property
    def near(self) -> float:
        """How far below the ceiling a score may lie where no harm was done."""
        if self.held_out or self.kind == "rebuilding":
            return self.margin
        return min(self.margin, max(KNOWN, 1 / math.sqrt(max(self.counted, 1.0))))

    @property
    def is_close(self) -> bool:
        """Whether it reaches what simple models do. Between this and a gap nothing is proved."""
        return self.tells and max(self.score, 0.0) > (self.ceiling or 0.0) - self.near

    @property
    def best(self) -> str:
        """The best simple model, "" without any."""
        return max(self.simple, key=lambda name: self.simple[name]) if self.simple else ""

    @property
    def where(self) -> str:
        """Which rows judge: "300 rows that training did not use"."""
        if self.held_out:
            return f"{self.rows:,} validation rows"
        if self.validation:
            return f"the {self.rows:,} rows of training and validation together"
        return f"{self.rows:,} training rows"


def has_learned(attained: Attained | None) -> bool:
    """Whether the trained model is known to have learned these rows."""
    return attained is not None and attained.score >= LEARNED
