"""What a cell does with data and models beside training: datasets it makes, passes it takes."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import sys
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.keras_internals.data import is_directory_iterator
from nbdoctor.backend.patching import Patch, definer
from nbdoctor.backend.pipelines import Stage
from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.capture.calls import bound_arguments
from nbdoctor.capture.data import as_array, input_names, named, output_names
from nbdoctor.capture.summary import Summary, summary_of_inputs
from nbdoctor.errors.exceptions import is_cell_file, is_own_file
from nbdoctor.errors.frames import calling_line
from nbdoctor.errors.guard import attempt

USED_BY = ("predict", "evaluate")
"""Methods of a model that are handed data beside training."""

HALF = 0.5

MOST_PRINTED = 300
"""Rows of an `evaluate` that are remembered."""

MOST_VALUES = 1_000_000

MOST_USES = 200
"""Passes of one cell that are noted: a loop makes thousands alike."""

LOOP = "loop"


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOut:
    """What `predict` has returned, where that is one array of numbers.

    Attributes
    ----------
    shape : tuple of int
        Rows first.
    low, high : float
        Over finite values.
    between : float
        Share of the values that lie between 0 and one half.
    """

    shape: tuple[int, ...]
    low: float
    high: float
    between: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One pass over data that the cell itself asked for.

    Attributes
    ----------
    by : str
        "predict", "evaluate", or "loop" for a dataset that the cell iterates over.
    line : int or None
    model : callable or None
        A weak reference to the model.
    last : Stage or None
        The last stage of a dataset.
    deals : bool
        The data is an iterator of Keras's that gives its rows in an order of its own.
    summary : Summary or None
        Of the inputs, where they are in memory.
    put_out : PutOut or None
        What `predict` has returned.
    prints : frozenset of bytes
        Fingerprints of some of the rows that `evaluate` was handed, inputs and labels.
    rows : int
        Rows that `prints` were taken of.
    """

    by: str
    line: int | None
    model: Callable[[], Any] | None = None
    last: Stage | None = None
    deals: bool = False
    summary: Summary | None = None
    put_out: PutOut | None = None
    prints: frozenset[bytes] = frozenset()
    rows: int = 0


@dataclass(eq=False)
class Uses:
    """What was noted while the cell ran.

    Attributes
    ----------
    lines : dict of int to (weakref to dataset, int)
        By its id, where the cell made each of its datasets: a class of the user's may have a hash
        of its own.
    passes : list of Use
    """

    lines: dict[int, tuple[weakref.ref[Any], int]] = field(default_factory=dict)
    passes: list[Use] = field(default_factory=list)

    def line_of(self, dataset: Any) -> int | None:
        """The line that made a dataset, None where it was made elsewhere."""
        found, line = self.lines.get(id(dataset), (None, None))
        return line if found is not None and found() is dataset else None

    def made(self, dataset: Any) -> None:
        """A dataset was made."""
        line = attempt(calling_line)
        if line is not None:
            key, lines = id(dataset), self.lines
            lines[key] = weakref.ref(dataset, lambda _: lines.pop(key, None)), line

    def iterated(self, dataset: Any) -> None:
        """An iterator over a dataset was made."""
        line = _line_of_user()
        if line is not None and len(self.passes) < MOST_USES:
            last = backend.current().pipelines.stages(dataset, self.line_of)
            self.passes.append(Use(by=LOOP, line=line, last=last))

    def called(self, by: str, model: Any, x: Any, y: Any = None) -> None:
        """A model was handed data."""
        if len(self.passes) < MOST_USES:
            about = self._about(model, x)
            if by == "evaluate" and about.get("summary") and y is not None:
                about |= attempt(_printed, model, x, y) or {}
            use = Use(by=by, line=calling_line(), model=weakref.ref(model), **about)
            self.passes.append(use)

    def returned(self, by: str, model: Any, found: Any) -> None:
        """It has returned what it predicts."""
        if by != "predict" or not self.passes or not isinstance(found, np.ndarray):
            return
        last = self.passes[-1]
        mine = last.by == by and last.model is not None and last.model() is model
        if mine and last.put_out is None and found.ndim and found.size and found.dtype.kind == "f":
            self.passes[-1] = replace(last, put_out=_described(found))

    def _about(self, model: Any, x: Any) -> dict[str, Any]:
        if backend.is_supported() and backend.current().batches.is_dataset(x):
            return {"last": backend.current().pipelines.stages(x, self.line_of)}
        if is_directory_iterator(x):
            return {"deals": vars(x).get("shuffle") is True}
        return {"summary": summary_of_inputs(model, x)}


@contextlib.contextmanager
def watch_uses(uses: Uses, is_training: Callable[[], Any]) -> Iterator[None]:
    """Note in `uses` what happens inside the block while nothing is trained."""
    import keras

    with contextlib.ExitStack() as stack:
        for name in USED_BY:
            around = functools.partial(_around, uses, name, is_training)
            stack.enter_context(Patch(definer(keras.Model, name), name, around))
        if backend.is_supported():
            pipelines = backend.current().pipelines
            stack.enter_context(pipelines.made(lambda one: attempt(uses.made, one)))
            stack.enter_context(
                pipelines.iterated(
                    lambda one: None if is_training() else attempt(uses.iterated, one)
                )
            )
        yield


def _around(
    uses: Uses, by: str, is_training: Callable[[], Any], call: Callable[..., Any]
) -> Callable[..., Any]:
    @functools.wraps(call)
    def noted(model: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_training():
            given = attempt(bound_arguments, call, model, args, kwargs) or {}
            attempt(uses.called, by, model, given.get("x"), given.get("y"))
            found = call(model, *args, **kwargs)
            attempt(uses.returned, by, model, found)
            return found
        return call(model, *args, **kwargs)

    return noted


def _described(found: Any) -> PutOut:
    some = found.ravel()[:: max(1, found.size // MOST_VALUES)]
    finite = some[np.isfinite(some)]
    return PutOut(
        shape=tuple(int(size) for size in found.shape),
        low=float(finite.min()) if finite.size else 0.0,
        high=float(finite.max()) if finite.size else 0.0,
        between=float(((some > 0) & (some < HALF)).mean()),
    )


def _printed(model: Any, x: Any, y: Any) -> dict[str, Any]:
    """Fingerprints of rows that are spread over what `evaluate` is handed."""
    inputs, targets = named(x, input_names(model), "x"), named(y, output_names(model), "y")
    columns = [as_array(side[name]) for side in (inputs, targets) for name in sorted(side)]
    arrays = [one for one in columns if one is not None and one.ndim]
    if not arrays or len(arrays) < len(columns) or len({len(one) for one in arrays}) != 1:
        return {}
    per_row = sum(max(1, one[0].size) if len(one) else 1 for one in arrays)
    index = evenly_spread(len(arrays[0]), min(MOST_PRINTED, max(1, MOST_VALUES // per_row)))
    return {"prints": frozenset(fingerprints(arrays, index)), "rows": len(index)}


def fingerprints(columns: Sequence[Any], index: Iterable[int]) -> Iterator[bytes]:
    """Of these rows; 16 bytes never agree by chance."""
    for row in index:
        whole = b"".join(np.asarray(one[row]).tobytes() for one in columns)
        yield hashlib.blake2b(whole, digest_size=16).digest()


def _line_of_user() -> int | None:
    """Line of the cell where its own code, and no library but TensorFlow's, makes an iterator."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  (no traceback exists yet)
    while frame is not None:
        file = frame.f_code.co_filename
        if is_cell_file(file):
            return frame.f_lineno
        if not is_own_file(file) and "tensorflow" not in file:
            return None
        frame = frame.f_back
    return None
