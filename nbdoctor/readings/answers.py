"""What the trained model gets right and wrong: counts and errors, no row of the data."""

from __future__ import annotations

from dataclasses import dataclass

from nbdoctor.readings.histogram import Histogram

MOST_CLASSES = 12
"""Classes that are told one by one: a matrix of more cannot be read at 640 pixels."""

MOST_WORST = 8
"""Rows that are named: enough to see what they have in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfClass:
    """How one class, or one column of marks, is predicted.

    Attributes
    ----------
    label : float
        The raw label, or the number of the column.
    rows : int
        Rows (or places) of this class.
    right : int
        Of these, those that are predicted as it.
    precision : float or None
        Share of what is predicted as this class that is of it, with every class at its share of
        all rows; None where nothing is predicted as it.
    """

    label: float
    rows: int
    right: int
    precision: float | None = None

    @property
    def recall(self) -> float | None:
        """Share of its rows that are predicted as it; None without any."""
        return self.right / self.rows if self.rows else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How far the probabilities of the predicted classes can be taken at their word.

    Attributes
    ----------
    error : float
        Expected calibration error: over equal bins of the probability, the mean distance between
        that probability and the share of right answers.
    by_chance : float
        What it would be on average for these rows if every probability were exactly right: bins of
        few rows never agree wholly.
    sure, right : float
        Mean probability of the predicted class, and the share of right answers.
    bins : int
    """

    error: float
    by_chance: float
    sure: float
    right: float
    bins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstRow:
    """A row with a large loss.

    Attributes
    ----------
    row : int
        Its number among the rows of training or validation, from 0.
    loss : float
        Cross-entropy of a class or of marks, in nats; the root mean squared error of numbers.
    truth, predicted : float or None
        Labels of the classes; None for anything else, which would be a value of the row.
    """

    row: int
    loss: float
    truth: float | None = None
    predicted: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Density:
    """How many answers lie where, predicted against true.

    Attributes
    ----------
    low, high : float
        Of both axes; what lies beyond is counted in the outermost cells.
    counts : tuple of tuple of int
        By prediction from low to high, and within it by truth.
    """

    low: float
    high: float
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfNumbers:
    """How one column of numbers is predicted, or many together.

    Attributes
    ----------
    name : str
        "" for the only column, "column 2", "all 64 values of a row".
    explained : float
        R².
    error, spread : float
        Mean absolute error, and the standard deviation of the true values.
    bias : float
        Mean of prediction less truth.
    residuals : Histogram or None
        Of prediction less truth.
    density : Density or None
    """

    name: str
    explained: float
    error: float
    spread: float
    bias: float
    residuals: Histogram | None = None
    density: Density | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the model answers at one of its outputs.

    Attributes
    ----------
    output : str
        Name of the output.
    kind : str
        As in `Task`; "" where the labels cannot be compared with what the output predicts.
    why_not : str
        Why nothing is told; "" where something is.
    answers : int
        What was compared: rows, or places of rows that have a class each.
    places : int
        Places of a row, 1 for one answer per row.
    right : float or None
        Share of right answers, every class at its share of all rows.
    classes : tuple of OfClass
        The most frequent ones, by label.
    more : int
        Classes (or columns) that are not told one by one.
    matrix : tuple of tuple of int
        Confusion: per true class, how often each class is predicted. Classes as in `classes`; then
        the others together where there are more; a last column where a prediction stands for no
        label.
    nameless : bool
        Whether there is such a column.
    calibration : Calibration or None
    why_uncalibrated : str
    numbers : tuple of OfNumbers
    worst : tuple of WorstRow
        The largest loss first.
    why_no_rows : str
        Why `worst` is empty.
    """

    output: str
    kind: str = ""
    why_not: str = ""
    answers: int = 0
    places: int = 1
    right: float | None = None
    classes: tuple[OfClass, ...] = ()
    more: int = 0
    matrix: tuple[tuple[int, ...], ...] = ()
    nameless: bool = False
    calibration: Calibration | None = None
    why_uncalibrated: str = ""
    numbers: tuple[OfNumbers, ...] = ()
    worst: tuple[WorstRow, ...] = ()
    why_no_rows: str = ""
