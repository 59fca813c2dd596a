"""Arrays that were given the shape of a transposed array without being transposed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.changes import Changes
from nbdoctor.cell.namespace import data
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

Array = npt.NDArray[Any]

MOST_ARRAYS = 40
SOME = 4096
"""Values that are compared: the same in the same order, as they lie in memory."""

SAME = 0.99999
MOST_VALUES = 2_000_000
RANKS = (2, 3, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshaped:
    """An array whose axes were exchanged by `reshape`.

    Attributes
    ----------
    variable : str
        The user's, as it stands before or after.
    before, after : tuple of int
        Shapes.
    line : int or None
        Of the statement, where one was noted.
    axes : tuple of int
        Axes of `before` in the order in which `after` has their sizes: what `transpose` takes.
    smooth_before, smooth_after : float
        Correlation of neighbouring values along the axis where it fell most, before and after.
    size : int
        Of that axis.
    """

    variable: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    axes: tuple[int, ...]
    line: int | None = None
    smooth_before: float = 0.0
    smooth_after: float = 0.0
    size: int = 0


@reading(
    "the axes",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no array was reshaped to the sizes of another one in another order"),
    once=True,
)
def exchanged_axes(
    source: Source | None, namespace: Namespace, changes: Changes, call: FitCall
) -> Reshaped | None:
    """The first array on the way to `fit` with the values of another, and its sizes permuted."""
    reaching = set(source.reaches_fit) if source is not None and source.reaches_fit else None
    arrays = list(_arrays(namespace, changes))[:MOST_ARRAYS]
    given = call.arguments.get("x")
    for name, later, noted in sorted(arrays, key=lambda one: one[1] is not given):
        if noted is not None or (reaching is not None and name not in reaching):
            continue
        for _, earlier, line in arrays:
            if earlier.base is later or earlier is given:
                continue  # the other way round
            found = read_reshaped(name, earlier, later, line)
            if found is not None:
                return found
    return None


def read_reshaped(name: str, earlier: Array, later: Array, line: int | None) -> Reshaped | None:
    """Compare two arrays; None where the second is not the first with its sizes exchanged."""
    before, after = earlier.shape, later.shape
    if before == after or sorted(before) != sorted(after) or earlier.ndim not in RANKS:
        return None
    if [n for n in before if n > 1] == [n for n in after if n > 1]:
        return None  # an axis of one more or less moves nothing
    if not _is_same(earlier, later):
        return None
    axes = _axes(before, after)
    drops = []
    turned = earlier.transpose(axes)
    for axis, size in enumerate(after):
        if size > 2:  # noqa: PLR2004
            drops.append((_smooth(turned, axis), _smooth(later, axis), size))
    if not drops:
        return None
    was, now, size = max(drops, key=lambda one: one[0] - one[1])
    return Reshaped(
        variable=name,
        before=tuple(before),
        after=tuple(after),
        axes=axes,
        line=line,
        smooth_before=was,
        smooth_after=now,
        size=size,
    )


def _arrays(namespace: Namespace, changes: Changes) -> Iterator[tuple[str, Array, int | None]]:
    for name, value in data(namespace):
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and not name.startswith("_"):
            yield name, value, None
    for line, values in changes.before.items():
        yield from ((name, value, line) for name, value in _plain(values))


def _plain(values: Mapping[str, Any]) -> Iterator[tuple[str, Array]]:
    for name, value in values.items():
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
            yield name, value


def _is_same(earlier: Array, later: Array) -> bool:
    """Whether the values are the same in the same order, perhaps scaled."""
    if earlier.size < SOME // 64:
        return False
    at = np.linspace(0, earlier.size - 1, min(SOME, earlier.size)).astype(int)
    one, other = (values.reshape(-1)[at].astype(np.float64) for values in (earlier, later))
    if not (np.isfinite(one).all() and np.isfinite(other).all() and one.std() and other.std()):
        return False
    return float(np.corrcoef(one, other)[0, 1]) > SAME


def _axes(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, ...]:
    """Axes by their sizes; of equal sizes in their order."""
    left = list(range(len(before)))
    axes = []
    for size in after:
        axis = next(n for n in left if before[n] == size)
        left.remove(axis)
        axes.append(axis)
    return tuple(axes)


def _smooth(values: Array, axis: int) -> float:
    """Correlation of values with their neighbours along an axis."""
    moved = np.moveaxis(values, axis, 0)
    rest = max(1, int(np.prod(moved.shape[1:])))
    step = max(1, moved.size // MOST_VALUES)
    flat = moved.reshape(len(moved), rest)[:, ::step].astype(np.float64)
    one, other = flat[:-1].ravel(), flat[1:].ravel()
    if not (one.std() and other.std()):
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
