"""What lines of the cell did to the data before `fit` got it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.changes import DATA, Changes
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

LONGEST_SHOWN = 60
"""Letters of a line that a sentence quotes."""

MOST_COLUMNS = 64
"""Wider targets are pictures or sequences: to count their different rows means to sort them."""

MOST_ROWS = 200_000
"""Of more rows it is not told whether two arrays hold the same ones: some 100 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChange:
    """One line that changed one variable.

    Attributes
    ----------
    line : int
    text : str
        As it is written, in one line.
    variable : str
        The user's.
    argument : str
        "x" or "y": what `fit` gets it as.
    rows : int
        Before the line.
    constant_before, constant : bool
        Whether all rows were equal before the line, and after it.
    distinct_before, distinct : int
        Different values of labels (rows, for several columns) before and after; 0 for inputs and
        for targets so wide that they are no classes.
    broken_before, broken : int
        Values that are NaN or infinite.
    reordered : bool
        It holds the same rows after it, in another order.
    """

    line: int
    text: str
    variable: str
    argument: str
    rows: int
    constant_before: bool
    constant: bool
    distinct_before: int
    distinct: int
    broken_before: int
    broken: int
    reordered: bool

    @property
    def shown(self) -> str:
        """Line and text, for a sentence."""
        cut = self.text[: LONGEST_SHOWN - 1].rstrip() + "…"
        text = self.text if len(self.text) <= LONGEST_SHOWN else cut
        return f"Line {self.line}, `{text}`,"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChanges:
    """All lines that changed inputs or labels, in the order in which they ran.

    Attributes
    ----------
    changes : tuple of DataChange
    apart : tuple of DataChange
        The lines after which rows and labels no longer stand beside each other as they did
        before: one of both was put into another order, and the other was not.
    """

    changes: tuple[DataChange, ...]
    apart: tuple[DataChange, ...] = ()

    def made_constant(self, argument: str) -> DataChange | None:
        """The line since which all rows of an argument are equal."""
        return self._last(argument, lambda one: one.constant and not one.constant_before)

    def made_one_class(self) -> DataChange | None:
        """The line since which all labels are the same."""
        return self._last("y", lambda one: one.distinct == 1 < one.distinct_before)

    def made_broken(self, argument: str) -> DataChange | None:
        """The line that made the first values of an argument NaN or infinite."""
        return self._last(argument, lambda one: one.broken > 0 and one.broken_before == 0)

    def _last(self, argument: str, is_it: Callable[[DataChange], bool]) -> DataChange | None:
        found = [one for one in self.changes if one.argument == argument and is_it(one)]
        return found[-1] if found else None


@dataclass(frozen=True)
class _Step:
    """A line, one of the variables it changed, and what that was before and after."""

    line: int
    text: str
    name: str
    argument: str
    before: Array
    after: Array


def read_data_changes(
    changes: Changes, arguments: Mapping[str, Any], namespace: Mapping[str, Any]
) -> DataChanges | None:
    """Compare the data before and after each line that was noted.

    Parameters
    ----------
    changes : Changes
    arguments : mapping of str
        As `fit` received them.
    namespace : mapping of str
        The user's variables when `fit` was called.

    Returns
    -------
    DataChanges or None
        None where no line changed what `fit` got.
    """
    steps = _steps(changes, arguments, namespace)
    if not steps:
        return None
    told = tuple(_told(step) for step in steps)
    both = all(any(namespace[n] is arguments.get(part) for n in namespace) for part in DATA)
    return DataChanges(changes=told, apart=_apart(steps, told) if both else ())


@reading(
    "the changes of the data",
    when=Moment.FIT_CALLED,
    missing=does_not_apply("no line of the cell changes the data that it gives to `fit`"),
)
def changes_of_cell(changes: Changes, call: FitCall, namespace: Namespace) -> DataChanges | None:
    """What lines of the cell did to the data before."""
    return read_data_changes(changes, call.arguments, namespace) if changes.before else None


def _steps(
    changes: Changes, arguments: Mapping[str, Any], namespace: Mapping[str, Any]
) -> list[_Step]:
    given = {
        name: part for name in namespace for part in DATA if namespace[name] is arguments.get(part)
    }
    found = []
    for line, values in changes.after.items():
        for name in changes.lines[line].names:
            if name not in given or namespace[name] is None:
                continue
            before, after = (np.asarray(of[name]) for of in (changes.before[line], values))
            if "O" in (before.dtype.char, after.dtype.char) or _same(before, after):
                continue
            text = changes.lines[line].text
            found.append(_Step(line, text, name, given[name], before, after))
    return found


def _same(before: Array, after: Array) -> bool:
    return before.shape == after.shape and bool(np.array_equal(before, after, equal_nan=True))


def _told(step: _Step) -> DataChange:
    labels = step.argument == "y"
    return DataChange(
        line=step.line,
        text=step.text,
        variable=step.name,
        argument=step.argument,
        rows=len(step.before) if step.before.ndim else 0,
        constant_before=_is_constant(step.before),
        constant=_is_constant(step.after),
        distinct_before=_distinct(step.before) if labels else 0,
        distinct=_distinct(step.after) if labels else 0,
        broken_before=_broken(step.before),
        broken=_broken(step.after),
        reordered=_is_reordered(step.before, step.after),
    )


def _is_constant(values: Array) -> bool:
    return values.ndim > 0 and len(values) > 1 and bool((values == values[:1]).all())


def _broken(values: Array) -> int:
    return int(values.size - np.isfinite(values).sum()) if values.dtype.kind == "f" else 0


def _distinct(values: Array) -> int:
    wide = values.size > len(values) * MOST_COLUMNS if values.ndim else True
    return 0 if wide or not values.size else len(np.unique(values, axis=0))


def _is_reordered(before: Array, after: Array) -> bool:
    """Whether the rows are the same ones, and their places are not."""
    if before.shape != after.shape or not 1 < len(before) <= MOST_ROWS:
        return False
    first, other = (np.sort(one.reshape(len(one), -1)[:, 0]) for one in (before, after))
    if not np.array_equal(first, other, equal_nan=True):
        return False
    rows, others = _rows(before), _rows(after)
    return Counter(rows) == Counter(others) and not _is_renamed(rows, others)


def _is_renamed(before: list[bytes], after: list[bytes]) -> bool:
    """Whether equal rows stayed equal: `y = 1 - y` gives classes other names, and moves none."""
    distinct = len(set(before))
    return distinct < len(before) and len(set(zip(before, after, strict=True))) == distinct


def _rows(values: Array) -> list[bytes]:
    """Each row as bytes that are equal where the rows are."""
    return [row.tobytes() for row in np.ascontiguousarray(values)]


def _apart(steps: list[_Step], told: tuple[DataChange, ...]) -> tuple[DataChange, ...]:
    """The reordering lines, where they did not keep rows and labels together."""
    lines: dict[int, list[int]] = {}
    for place, change in enumerate(told):
        if change.reordered:
            lines.setdefault(change.line, []).append(place)
    alone = [places for places in lines.values() if not _together(steps, places, places)]
    places = [place for one in alone for place in one]
    found = tuple(told[place] for place in places)
    if len({change.argument for change in found}) < len(DATA):
        return found
    first = [next(p for p in places if told[p].argument == part) for part in DATA]
    last = [next(p for p in places[::-1] if told[p].argument == part) for part in DATA]
    changed_as_well = len(told) > sum(map(len, lines.values()))  # such rows cannot be followed
    return () if changed_as_well or _together(steps, first, last) else found


def _together(steps: list[_Step], first: list[int], last: list[int]) -> bool:
    """Whether the same rows have the same labels before the first steps and after the last."""
    if len(first) < len(DATA):
        return False
    before = Counter(zip(*(_rows(steps[place].before) for place in first), strict=False))
    after = Counter(zip(*(_rows(steps[place].after) for place in last), strict=False))
    return before == after
