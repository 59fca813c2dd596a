"""What the model is asked to learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbdoctor.capture.data import Array, Rows
from nbdoctor.readings.histogram import Histogram
from nbdoctor.readings.label_values import MOST_CLASSES, numbers_of
from nbdoctor.readings.missing import NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

FEW_GAPS = 0.5
"""Share of the numbers up to the largest that occur, where these number classes."""

ROWS_PER_CLASS = 2
"""Rows that a class has on average: data sets of classes have more, quantities about 1."""

MOST_LABEL_VALUES = 4_000_000
"""Larger label arrays (masks) are sampled by rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The labels or targets of one output.

    Attributes
    ----------
    name : str
        Name of the output, as in `Output.name`.
    variable : str
        The user's variable, "" when unknown.
    complete : bool
        Every training row was looked at (else the probe batches only).
    rows, total_rows : int, int or None
        Rows looked at, rows there are.
    batches : int
        Batches the rows came from; 0 when `complete`.
    shape : tuple of int
        Shape of one row: () for `(N,)`, (1,) for `(N, 1)`, (3,) for one-hot of 3.
    rank : int
        Axes with the row axis: 1 for `(N,)`.
    dtype : str
    minimum, maximum, mean, std : float
        Over finite values.
    distinct : int
        Different values (of a flat label, or of the class for one-hot rows), counted up to 1000.
    counts : tuple of (float, int)
        Value and how often it occurs, the most frequent first, at most 20; classes for one-hot
        rows.
    values : int
        Values that were counted: one for each row, or for each pixel or token of one.
    integral : bool
        All values are whole numbers.
    encoding : str
        "ids" (whole numbers, one per row, at most 1000 different or an integer dtype),
        "one-hot", "multi-hot", "soft" (rows that sum to 1), "continuous", or "text".
    row_sum_minimum, row_sum_maximum : float or None
        Of rows with more than one column.
    entropy : float or None
        Nats; the loss of the best constant classifier. None for continuous targets.
    variance : float or None
        Mean squared error of the best constant. None for text.
    deviation : float or None
        Mean absolute error of the best constant, which is the median. None for text.
    nan, inf : int
        Count of such values.
    first_bad : int or None
        First row with one.
    zeros, below_zero, above_one, below_minus_one : int
        Values that are 0, below 0, above 1, below -1.
    most_filled : int or None
        Most columns of one row that are not 0; None without columns.
    histogram : Histogram or None
        Of continuous targets.
    """

    name: str
    variable: str = ""
    complete: bool = True
    rows: int = 0
    total_rows: int | None = None
    batches: int = 0
    shape: tuple[int, ...] = ()
    rank: int = 1
    dtype: str = ""
    minimum: float = 0.0
    maximum: float = 0.0
    mean: float = 0.0
    std: float = 0.0
    distinct: int = 0
    counts: tuple[tuple[float, int], ...] = ()
    values: int = 0
    integral: bool = True
    encoding: str = "ids"
    row_sum_minimum: float | None = None
    row_sum_maximum: float | None = None
    entropy: float | None = None
    variance: float | None = None
    deviation: float | None = None
    nan: int = 0
    inf: int = 0
    first_bad: int | None = None
    zeros: int = 0
    below_zero: int = 0
    above_one: int = 0
    below_minus_one: int = 0
    most_filled: int | None = None
    histogram: Histogram | None = None

    def named(self, role: str) -> str:
        """The user's variable, where it is known, else its role: "The target of `y`"."""
        return f"`{self.variable}`" if self.variable else f"{role} of `{self.name}`"

    @property
    def counted(self) -> int:
        """Values that `counts` are a part of."""
        return self.values or self.rows

    @property
    def are_places(self) -> bool:
        """Whether a row has a label at each of several places (pixels, tokens)."""
        return self.counted > self.rows

    @property
    def may_be_classes(self) -> bool:
        """Whether whole numbers can be the numbers of classes, and not quantities.

        Classes are numbered with few gaps, and each has several rows: 1,465 values of `y = 3 * x`
        are none.
        """
        if self.encoding != "ids" or not self.integral or self.minimum < 0:
            return False
        span = self.maximum - min(self.minimum, 1) + 1
        numbered = self.distinct >= FEW_GAPS * span
        few = not self.counted or self.distinct * ROWS_PER_CLASS <= self.counted
        return numbered and few

    @property
    def are_whole_numbers(self) -> bool:
        """Whether they are whole numbers that are no class numbers: counts, years."""
        return self.encoding == "ids" and self.integral and not self.may_be_classes

    @property
    def classes(self) -> int:
        """Classes counted up to the largest number, 0 where the labels are no class numbers."""
        return int(self.maximum) + 1 if self.encoding == "ids" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The targets of all outputs."""

    targets: tuple[Target, ...]

    def of(self, output: str) -> Target | None:
        """The target of the output with this name, None when there is none."""
        return next((target for target in self.targets if target.name == output), None)


def read_labels(rows: Rows, variables: dict[str, str] | None = None) -> Labels:
    """Describe the targets of every output.

    Parameters
    ----------
    rows : Rows
    variables : dict of str to str
        The user's variable for each output.
    """
    return Labels(
        targets=tuple(
            _target(name, values, rows, (variables or {}).get(name, ""))
            for name, values in rows.targets.items()
        ),
    )


@reading(
    "the labels",
    when=Moment.FIT_CALLED | Moment.LOOP_SEEN | Moment.BATCHES,
    missing=not_measured("the labels could not be read before training"),
)
def labels_of_rows(rows: Rows, source: Source | None) -> Labels | None:
    """What the model is compared with, by the user's name for it."""
    if rows.is_empty:
        return None
    if not rows.targets:
        raise NotTakenError(does_not_apply("the data contains no labels"))
    name = source.y_name if source is not None else ""
    return read_labels(rows, dict.fromkeys(rows.targets, name) if len(rows.targets) == 1 else {})


def _target(name: str, values: Array, rows: Rows, variable: str) -> Target:
    facts: dict[str, Any] = {
        "name": name,
        "variable": variable,
        "total_rows": rows.total,
        "batches": rows.batches,
        "shape": tuple(int(size) for size in values.shape[1:]),
        "rank": values.ndim,
        "dtype": str(values.dtype),
    }
    looked = _affordable(values)
    facts |= {"rows": len(looked), "complete": rows.complete and len(looked) == len(values)}
    if values.dtype.kind not in "biuf":
        distinct = len({str(one) for one in looked.ravel().tolist()})
        return Target(
            **facts, encoding="text", integral=False, distinct=min(distinct, MOST_CLASSES)
        )
    return Target(**facts, **numbers_of(looked))


def _affordable(values: Array) -> Array:
    if values.size <= MOST_LABEL_VALUES:
        return values
    per_row = max(1, values.size // max(1, len(values)))
    return values[:: max(1, len(values) * per_row // MOST_LABEL_VALUES)]
