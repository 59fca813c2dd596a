"""Validation rows that training has seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor import backend
from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Rows
from nbdoctor.readings.given import TrainingSample, ValidationSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

MOST_VALUES = 64_000_000
"""Values of all rows together that are compared: about a second."""

MOST_ROWS = 500_000
MOST_COLUMNS, MOST_COMPARED = 64, 4000
"""... of which it is asked whether rows repeat by nature."""

SEED = 0x0E


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
    twins : int or None
        Training rows with an equal row before or behind them, where rows repeat by nature: many
        differ from another one in a single value only. None where they do not.
    split : str
        "tail" for `validation_split`, "files" where names of files were compared, else "given".
    """

    rows: int
    training_rows: int
    shared: int
    first: tuple[int, int] | None = None
    repeated: int = 0
    twins: int | None = None
    split: str = "given"

    @property
    def expected(self) -> float:
        """Shared rows if the validation rows were as often repeated as the training rows are.

        Copies that were made before the split are twins on one side as on both. So only rows that
        repeat by nature are compared with all others, and the rest with those before them.
        """
        usual = self.repeated if self.twins is None else self.twins
        return self.rows * usual / max(1, self.training_rows)


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
    again: set[int] = set()
    repeated = 0
    for number, key in enumerate(_keys(ours)):
        first = seen.setdefault(key, number)
        if first != number:
            repeated += 1
            again.add(first)
    pairs = [(number, seen.get(key)) for number, key in enumerate(_keys(theirs))]
    shared = [(number, other) for number, other in pairs if other is not None]
    return Overlap(
        rows=len(theirs[0]),
        training_rows=len(ours[0]),
        shared=len(shared),
        first=shared[0] if shared else None,
        repeated=repeated,
        twins=repeated + len(again) if shared and _is_coarse(ours) else None,
        split="tail" if split else "given",
    )


@reading(
    "the validation rows",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("there is no validation data that can be read, or no `fit` has ended"),
    once=True,
)
def shared_rows(
    call: FitCall, rows: TrainingSample, validation: ValidationSample
) -> Overlap | None:
    """Whether training has seen validation rows. It can wait: every row is compared."""
    files = _shared_files(call)
    if files is not None:
        return files
    if not rows.whole:
        return None
    return read_overlap(rows, validation, split=call.arguments.get("validation_data") is None)


def _shared_files(call: FitCall) -> Overlap | None:
    """The same of the file names that both datasets read; None where they read none."""
    given = [call.arguments.get(name) for name in ("x", "validation_data")]
    if not backend.is_supported() or not all(map(backend.current().batches.is_dataset, given)):
        return None
    names = [_texts(data) for data in given]
    if not all(names):
        return None
    seen: dict[bytes, int] = {}
    repeated = sum(seen.setdefault(name, n) != n for n, name in enumerate(names[0]))
    shared = [(n, seen[name]) for n, name in enumerate(names[1]) if name in seen]
    return Overlap(
        rows=len(names[1]),
        training_rows=len(names[0]),
        shared=len(shared),
        first=shared[0] if shared else None,
        repeated=repeated,
        split="files",
    )


def _texts(data: Any) -> list[bytes]:
    """The longest list of texts that a dataset begins with, nearly all of them different."""
    found = [
        [bytes(one) for one in part.ravel().tolist()]
        for source in backend.current().pipelines.sources(data)
        for part in source
        if part.dtype.kind == "O" and part.ndim == 1 and 0 < len(part) <= MOST_ROWS
    ]
    texts = max(found, key=len, default=[])
    return texts if len(set(texts)) > len(texts) / 2 else []


def _parts(rows: Rows) -> list[Array]:
    """Inputs and labels where both are numbers in memory, else nothing."""
    parts = [np.asarray(part) for part in (*_sorted(rows.whole), *_sorted(rows.targets))]
    numbers = all(part.dtype.kind in "biuf" and part.ndim for part in parts)
    lengths = {len(part) for part in parts} if numbers else set()
    affordable = sum(part.size for part in parts) <= MOST_VALUES and max(lengths, default=0)
    one = len(lengths) == 1 and affordable and max(lengths) <= MOST_ROWS
    return parts if rows.whole and not rows.batches and one else []


def _is_coarse(parts: list[Array]) -> bool:
    """Whether more rows differ from another one in a single value than are equal to one."""
    flat = [part.reshape(len(part), -1) for part in parts]
    if sum(part.shape[1] for part in flat) > MOST_COLUMNS:
        return False
    some = evenly_spread(len(flat[0]), MOST_COMPARED)
    places = [np.unique(column, return_inverse=True)[1] for part in flat for column in part[some].T]
    weights = np.random.default_rng(SEED).integers(1, 1 << 40, len(places))
    coded = np.stack(places, axis=1).astype(np.int64) * weights  # sums agree by chance never
    total = coded.sum(axis=1)
    nearly = np.zeros(len(total), bool)
    for column in coded.T:
        _, group = np.unique(total - column, return_inverse=True)
        pairs = np.unique(np.stack([group, column], axis=1), axis=0)
        nearly |= np.bincount(pairs[:, 0])[group] > 1
    return int(nearly.sum()) > len(total) - len(np.unique(total))


def _keys(parts: list[Array]) -> Iterator[bytes]:
    """A fingerprint of each row; 16 bytes never agree by chance."""
    for row in zip(*parts, strict=True):
        yield hashlib.blake2b(b"".join(one.tobytes() for one in row), digest_size=16).digest()


def _sorted(arrays: Mapping[str, Any]) -> list[Any]:
    return [arrays[name] for name in sorted(arrays)]
