"""Validation rows that training has seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.data import Rows

Array = npt.NDArray[Any]

MOST_VALUES = 64_000_000
"""Values of all rows together that are compared: about a second."""

MOST_ROWS = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Validation rows that are equal, in inputs and labels, to a training row.

    Attributes
    ----------
    rows, training_rows : int
        Validation and training rows that were compared: all of them.
    shared : int
        Validation rows with an equal training row.
    first : tuple of (int, int) or None
        The first of them, and its training row.
    repeated : int
        Training rows with an equal row before them: how common equal rows are by themselves.
    split : str
        "tail" for `validation_split`, else "given".
    """

    rows: int
    training_rows: int
    shared: int
    first: tuple[int, int] | None = None
    repeated: int = 0
    split: str = "given"

    @property
    def expected(self) -> float:
        """Shared rows if the validation rows were as often repeated as the training rows are."""
        return self.rows * self.repeated / max(1, self.training_rows)


def read_overlap(training: Rows, validation: Rows, *, split: bool) -> Overlap | None:
    """Compare every row of both.

    Parameters
    ----------
    training, validation : Rows
        Both in memory.
    split : bool
        `validation_split` made them of one array.

    Returns
    -------
    Overlap or None
        None where they are not in memory, are too large, or cannot be compared.
    """
    ours, theirs = _parts(training), _parts(validation)
    if [part.dtype for part in ours] != [part.dtype for part in theirs] or not ours:
        return None
    seen: dict[bytes, int] = {}
    repeated = 0
    for number, key in enumerate(_keys(ours)):
        if seen.setdefault(key, number) != number:
            repeated += 1
    pairs = [(number, seen.get(key)) for number, key in enumerate(_keys(theirs))]
    shared = [(number, other) for number, other in pairs if other is not None]
    return Overlap(
        rows=len(theirs[0]),
        training_rows=len(ours[0]),
        shared=len(shared),
        first=shared[0] if shared else None,
        repeated=repeated,
        split="tail" if split else "given",
    )


def _parts(rows: Rows) -> list[Array]:
    """Inputs and labels where both are numbers in memory, else nothing."""
    parts = [np.asarray(part) for part in (*_sorted(rows.whole), *_sorted(rows.targets))]
    numbers = all(part.dtype.kind in "biuf" and part.ndim for part in parts)
    lengths = {len(part) for part in parts} if numbers else set()
    affordable = sum(part.size for part in parts) <= MOST_VALUES and max(lengths, default=0)
    one = len(lengths) == 1 and affordable and max(lengths) <= MOST_ROWS
    return parts if rows.whole and not rows.batches and one else []


def _keys(parts: list[Array]) -> Iterator[bytes]:
    """A fingerprint of each row; 16 bytes never agree by chance."""
    for row in zip(*parts, strict=True):
        yield hashlib.blake2b(b"".join(one.tobytes() for one in row), digest_size=16).digest()


def _sorted(arrays: Mapping[str, Any]) -> list[Any]:
    return [arrays[name] for name in sorted(arrays)]
