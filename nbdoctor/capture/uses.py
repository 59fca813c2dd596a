"""What a cell does with data and models beside training: datasets it makes, passes it takes."""

from __future__ import annotations

import contextlib
import functools
import sys
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.keras_internals.data import is_directory_iterator
from nbdoctor.backend.patching import Patch, definer
from nbdoctor.backend.pipelines import Stage
from nbdoctor.capture.calls import bound_arguments
from nbdoctor.capture.summary import Summary, summary_of_inputs
from nbdoctor.errors.exceptions import is_cell_file, is_own_file
from nbdoctor.errors.frames import calling_line
from nbdoctor.errors.guard import attempt

USED_BY = ("predict", "evaluate")
"""Methods of a model that are handed data beside training."""

MOST_USES = 200
"""Passes of one cell that are noted: a loop makes thousands alike."""

LOOP = "loop"


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
    """

    by: str
    line: int | None
    model: Callable[[], Any] | None = None
    last: Stage | None = None
    deals: bool = False
    summary: Summary | None = None


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

    def called(self, by: str, model: Any, x: Any) -> None:
        """A model was handed data."""
        if len(self.passes) < MOST_USES:
            use = Use(by=by, line=calling_line(), model=weakref.ref(model), **self._about(model, x))
            self.passes.append(use)

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
            x = attempt(bound_arguments, call, model, args, kwargs) or {}
            attempt(uses.called, by, model, x.get("x"))
        return call(model, *args, **kwargs)

    return noted


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
