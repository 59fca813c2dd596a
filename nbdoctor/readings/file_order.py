"""Lists of file names in the user's variables: as text and as numbers they sort differently."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PosixPath, WindowsPath
from typing import Any

import numpy as np

from nbdoctor.cell.namespace import is_data
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

MOST_NAMES = 100_000
FEWEST_NAMES = 11
ENDING = re.compile(r"[A-Za-z]\w{0,6}")
ALIKE = 0.98
"""Share of the names that are one text, a number and one ending: others are no numbered list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedFiles:
    """A list of files that are told apart by a number without leading zeros.

    Attributes
    ----------
    variable : str
        The user's list.
    files : int
    out_of_order : int
        Files that do not stand where their number would put them.
    beside : str
        A list of numbers of the same length that does not come from the names, "" for none.
    """

    variable: str
    files: int
    out_of_order: int
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrder:
    """Such lists among the variables that the cell names."""

    lists: tuple[NumberedFiles, ...]


@reading(
    "the lists of files",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no list of numbered files is used"),
    once=True,
)
def file_order_of_cell(namespace: Namespace, source: Source | None) -> FileOrder | None:
    """Look at lists of file names on the way to `fit`."""
    reached = source.reaches_fit if source is not None else ()
    found = numbered_files(namespace, tuple(dict.fromkeys([*reached, *namespace])))
    return FileOrder(lists=found) if found else None


def numbered_files(namespace: Mapping[str, Any], names: Sequence[str]) -> tuple[NumberedFiles, ...]:
    """Lists of numbered files, in the order of their text."""
    found = []
    for name in names:
        files = _texts(namespace.get(name)) if not name.startswith("_") else None
        if files is None:
            continue
        out_of_order = misplaced(files)
        if out_of_order is not None:
            beside = _labels_beside(namespace, names, len(files))
            one = NumberedFiles(
                variable=name, files=len(files), out_of_order=out_of_order, beside=beside
            )
            found.append(one)
    return tuple(found)


def misplaced(files: Sequence[str]) -> int | None:
    """Files that stand elsewhere than their number says, where the list is sorted as text.

    None where they are no numbered list, or one that is not sorted so.
    """
    if numbered(files[0]) is None or list(files) != sorted(files):
        return None
    parts = [one for one in map(numbered, files) if one is not None]
    if len(parts) < ALIKE * len(files) or len({(a, c) for a, _, c in parts}) > 1:
        return None
    if len({number for _, number, _ in parts}) < len(parts):
        return None
    numbers = np.array([number for _, number, _ in parts])
    return int((np.argsort(np.argsort(numbers)) != np.arange(len(numbers))).sum())


def numbered(file: str) -> tuple[str, int, str] | None:
    """A file name around its last number; None where it has none, or no ending.

    Examples
    --------
    >>> numbered("shots/shot_12.png")
    ('shots/shot_', 12, '.png')
    """
    stem, _, ending = file.rpartition(".")
    if ENDING.fullmatch(ending) is None:
        return None
    before = stem.rstrip("".join({one for one in stem if not one.isdecimal()}))
    number = before[len(before.rstrip("0123456789")) :]
    if not number:
        return None
    return before[: -len(number)], int(number), f"{stem[len(before) :]}.{ending}"


def _labels_beside(namespace: Mapping[str, Any], names: Sequence[str], files: int) -> str:
    """An array or a column with one number for each file."""
    for name in names:
        value: Any = namespace.get(name)
        if value is None or name.startswith("_") or not is_data(value):
            continue
        if type(value).__name__ in {"ndarray", "Series"} and value.ndim == 1:
            kind = getattr(value.dtype, "kind", "O")
            if len(value) == files and kind in "biuf" and not _is_index(value):
                return name
        if type(value).__name__ == "DataFrame" and len(value) == files:
            return name
    return ""


def _is_index(values: Any) -> bool:
    """Whether these are the places of the files themselves, in some order."""
    return bool(np.array_equal(np.sort(np.asarray(values)), np.arange(len(values))))


def _texts(value: Any) -> list[str] | None:
    if is_data(value) and type(value).__name__ == "ndarray":
        if value.ndim != 1 or value.dtype.kind not in "OU" or len(value) > MOST_NAMES:
            return None
        value = value.tolist()
    if type(value) not in {list, tuple} or not FEWEST_NAMES <= len(value) <= MOST_NAMES:
        return None
    known = all(type(one) in {str, PosixPath, WindowsPath} for one in value)
    return [str(one) for one in value] if known else None
