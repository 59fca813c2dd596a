"""Forecasts beside the simplest one: that the last value stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Rows
from nbdoctor.readings.given import TrainingSample, ValidationSample
from nbdoctor.readings.head import Head
from nbdoctor.readings.history import History
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

FEWEST_ROWS = 40
MOST_ROWS = 20_000

LATER = 0.9
"""Share of targets that are found again in the column, above which they are its later values."""

ALIKE = 0.9
"""Correlation of the last step of a sequence with the target above which it is the same quantity,
where the rows have lost their order."""

LOSSES = {
    "mean_squared_error": ("mean_squared_error", "mse"),
    "mean_absolute_error": ("mean_absolute_error", "mae"),
}
"""Losses that are errors of a forecast in its own units, and how they are called in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """A forecast of a series, and the error of repeating the newest value.

    Attributes
    ----------
    measure : str
        "mean squared error" or "mean absolute error".
    model : float
        Of the trained model, by the log of its last epoch.
    repeated : float
        Of the newest value as the forecast.
    constant : float
        Of the best constant.
    rows : int
    judged : str
        "validation" or "training" rows.
    column : str
        Which column holds the newest value, "" where there is one.
    """

    measure: str
    model: float
    repeated: float
    constant: float
    rows: int
    judged: str
    column: str = ""


@reading(
    "the newest value as a forecast",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the targets are not later values of an input"),
    once=True,
)
def persistence_of_fit(
    call: FitCall,
    head: Head,
    history: History,
    rows: TrainingSample,
    validation: ValidationSample | None,
) -> Persistence | None:
    """Compare the errors in the log with those of the newest value, on the rows that judge."""
    del call
    judging = validation if validation is not None else rows
    loss = head.outputs[0].loss
    names = LOSSES.get(loss)
    if names is None or len(head.outputs) != 1:
        return None
    prefix = "val_" if validation is not None else ""
    model = _logged(history, [f"{prefix}{name}" for name in (*names, "loss")])
    last = newest(rows)
    if model is None or last is None:
        return None
    y = _target(judging)
    x = _newest_of(judging, last)
    if y is None or x is None or len(x) != len(y) or not len(y):
        return None
    squared = loss == "mean_squared_error"
    error = _mean(x - y, squared=squared)
    best = y - (y.mean() if squared else np.median(y))
    return Persistence(
        measure=loss.replace("_", " "),
        model=model,
        repeated=error,
        constant=_mean(best, squared=squared),
        rows=len(y),
        judged="validation" if validation is not None else "training",
        column=_named(rows, last),
    )


def newest(rows: Rows) -> int | None:
    """Which of the newest columns of a series the targets are later values of; None without."""
    y, values = _target(rows), _last_steps(rows)
    if y is None or values is None or len(y) < FEWEST_ROWS or len(np.unique(y)) < len(y) / 4:
        return None
    y, values = y[:MOST_ROWS], values[:MOST_ROWS]
    spread = float(y.std()) or 1.0
    for column in range(values.shape[1]):
        one = values[:, column]
        if _found_again(y, one, spread) >= LATER:
            return column
    if _rank(rows) < 3:  # noqa: PLR2004  (a table: a column like the target may be anything)
        return None
    with np.errstate(all="ignore"):
        alike = [float(np.corrcoef(one, y)[0, 1]) for one in values.T]
    near = [abs(float(one.mean() - y.mean())) < spread / 2 for one in values.T]
    best = int(np.nanargmax(alike)) if not np.isnan(alike).all() else 0
    return best if alike[best] > ALIKE and near[best] else None


def _found_again(y: Array, column: Array, spread: float) -> float:
    """Share of the targets that are also values of the column, in another row."""
    if np.allclose(column, y, atol=1e-6 * spread):
        return 0.0  # the target itself
    known = np.unique(np.round(column / spread, 5))
    wanted = np.round(y / spread, 5)
    place = np.clip(np.searchsorted(known, wanted), 1, max(1, len(known) - 1))
    if len(known) < FEWEST_ROWS:
        return 0.0
    near = np.minimum(np.abs(known[place] - wanted), np.abs(known[place - 1] - wanted))
    typical = float(np.median(np.diff(known)))
    if typical < 1e-4:  # noqa: PLR2004  (so dense that any value would be found)
        return 0.0
    return float((near < 2e-5).mean())  # noqa: PLR2004  (twice the rounding)


def _rank(rows: Rows) -> int:
    return int(np.ndim(next(iter(rows.whole.values()))))


def _last_steps(rows: Rows) -> Array | None:
    """The newest step of each row: of a sequence all features, of a table all columns."""
    if len(rows.whole) != 1:
        return None
    x = np.asarray(next(iter(rows.whole.values())))
    if x.dtype.kind not in "fiu" or x.ndim not in (2, 3):
        return None
    last = x[:, -1, :] if x.ndim == 3 else x[:, ::-1][:, :16]  # noqa: PLR2004
    return np.asarray(last, np.float64)


def _newest_of(rows: Rows, column: int) -> Array | None:
    values = _last_steps(rows)
    return None if values is None else values[:, column]


def _named(rows: Rows, column: int) -> str:
    x = next(iter(rows.whole.values()))
    if np.ndim(x) == 3:  # noqa: PLR2004
        return f"feature {column}" if x.shape[2] > 1 else ""
    return f"column {x.shape[1] - 1 - column}"


def _target(rows: Rows) -> Array | None:
    if len(rows.targets) != 1:
        return None
    y = np.asarray(next(iter(rows.targets.values())))
    if y.dtype.kind not in "fiu" or y.ndim > 2 or (y.ndim == 2 and y.shape[1] != 1):  # noqa: PLR2004
        return None
    return np.asarray(y, np.float64).reshape(-1)


def _logged(history: History, names: list[str]) -> float | None:
    found = (history.values[name][-1] for name in names if history.values.get(name))
    return next(found, None)


def _mean(errors: Array, *, squared: bool) -> float:
    return float((errors**2).mean() if squared else np.abs(errors).mean())
