"""Measure with the memory there is: fewer rows, then the CPU, and let go of what was held."""

from __future__ import annotations

import contextlib
import math
import re
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from nbdoctor import backend
from nbdoctor.backend.keras_internals.state import output_spec
from nbdoctor.backend.keras_internals.structure import inside, trainable_weights, variables
from nbdoctor.backend.memory_limit import available_memory, needed_memory
from nbdoctor.errors.words import text_of
from nbdoctor.look.building import symbol
from nbdoctor.look.layer_calls import noting_layers
from nbdoctor.look.restored import restored_afterwards
from nbdoctor.look.training_mode import mode

T = TypeVar("T")

PROBE_ROWS = 256
"""Rows that go through: fewer cannot tell a rarely active unit from a dead one."""

FEWEST_ROWS = 2
"""A batch is not made smaller than this: one row has no spread to normalise by."""

HELD_PER_OUTPUT = 2
"""Each layer's output is kept for the way back, where a gradient of its size passes. What ops
hold inside of a layer is not known, so the estimate is a lower one."""

COPIES_OF_WEIGHTS = 4
"""A gradient, two slots of the optimizer, and the copy that puts a weight back."""

ENOUGH = 8 * 2**30
"""With so much left no step on a processor is estimated: one that holds more takes minutes."""

KEPT = 64 * 2**20
"""Bytes of a batch that is kept for steps on copies after training: about a
hundred pictures of 224 times 224 pixels, or 40,000 rows of a table with 400 columns."""

NAMES = frozenset({"ResourceExhaustedError", "OutOfMemoryError", "MemoryError"})
WORDS = re.compile(
    r"RESOURCE_EXHAUSTED|OOM when allocating|failed to allocate|\bout of memory\b", re.IGNORECASE
)


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error, of whichever library, says that there was not enough memory."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & NAMES) or bool(WORDS.search(text_of(error)))


class TooLittleMemoryError(RuntimeError):
    """Too little memory is left to look at the step; the message says how much, and takes part."""


def refuse_if_short(model: Any, step: int = 0) -> None:
    """Stay away from a step whose copies might not fit into what the process may still take.

    Parameters
    ----------
    model : keras.Model
    step : int
        Bytes that the step holds of its rows, where that is known.

    Raises
    ------
    TooLittleMemoryError
        With the memory that is left and that it would take.
    """
    available = available_memory()
    if available is None or available > ENOUGH:
        return
    weights = [_bytes(one) for one in trainable_weights(model)]
    optimizer = getattr(model, "optimizer", None)
    others = getattr(optimizer, "variables", None) or ()
    slots = [_bytes(one) for one in others] or 2 * weights  # those of Adam, not made yet
    needed = needed_memory([*(_bytes(one) for one in variables(model)), *slots], weights, step)
    if needed > available:
        message = (
            f"about {_in_megabytes(available)} of memory is available, and the step on copies "
            f"needs about {_in_megabytes(needed)}"
        )
        raise TooLittleMemoryError(message)


def _in_megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


@dataclass(slots=True)
class MemoryBudget:
    """How much may be measured at once; less after each time that memory ran out.

    Attributes
    ----------
    whole : int
        Rows of the first batch.
    rows : int
        Rows of it that are measured.
    divisible : bool
        The model takes batches of any size.
    probe_rows : int
        Rows that activations are read from.
    on_cpu : bool
        The GPU's memory was too small.
    estimated : bool
        It was made smaller before memory could run out.
    empty : bool
        Memory ran out whatever was tried.
    deadline : float
        `time.perf_counter` after which nothing smaller is tried: training waits.
    """

    whole: int
    rows: int
    divisible: bool
    probe_rows: int = PROBE_ROWS
    on_cpu: bool = False
    estimated: bool = False
    empty: bool = False
    deadline: float = math.inf

    @property
    def is_whole(self) -> bool:
        """Whether the first step is measured as training will make it."""
        return self.rows == self.whole and not self.on_cpu

    def measure(self, measure: Callable[[], T], make_smaller: Callable[[], bool]) -> T:
        """`measure()`, made smaller while memory runs out, and at last on the CPU."""
        while True:
            try:
                with backend.current().device.on_cpu() if self.on_cpu else contextlib.nullcontext():
                    return measure()
            except Exception as error:  # noqa: PERF203  (an attempt each time)
                if not ran_out_of_memory(error):
                    raise
                traceback.clear_frames(error.__traceback__)  # they hold what was allocated
                late = time.perf_counter() > self.deadline
                if late or not (make_smaller() or self._move_to_cpu()):
                    self.empty = True
                    raise

    def halve(self) -> bool:
        """Allow half of the rows; False where no fewer are possible."""
        if not self.divisible or self.rows // 2 < FEWEST_ROWS:
            return False
        self.rows //= 2
        return True

    def halve_probe(self) -> bool:
        """The same for the rows that activations are read from."""
        if not self.divisible or self.probe_rows // 2 < FEWEST_ROWS:
            return False
        self.probe_rows //= 2
        return True

    def fit_to(self, model: Any, batch: Any) -> None:
        """Allow no more rows than are likely to fit into the free memory, of a GPU where it is one.

        Raises
        ------
        TooLittleMemoryError
            Even the fewest do not, and the process may be killed rather than told.
        """
        on_gpu = backend.current().device.has_gpu()
        free = backend.current().device.free_memory() if on_gpu else available_memory()
        if free is None or (not on_gpu and free > ENOUGH):
            return
        per_row, fixed = step_bytes(model, batch)
        while per_row * self.rows + fixed > free and self.halve():
            self.estimated = True
        if not on_gpu:
            refuse_if_short(model, per_row * self.rows)

    @property
    def remark(self) -> str:
        """What the reader must know of it, "" where all was measured."""
        if self.empty:
            even = "even with " if self.rows < self.whole else "with "
            return (
                f"The step could not be measured: memory ran out, {even}"
                f"{self.rows} of {self.whole} rows of the first batch."
            )
        why = "it might not all fit into memory" if self.estimated else "memory ran out"
        part = f"{self.rows} of {self.whole} rows of the first batch"
        if self.on_cpu:
            return f"Measured on the CPU, on {part}, because {why}."
        return "" if self.is_whole else f"Measured on {part} because {why}."

    def _move_to_cpu(self) -> bool:
        if self.on_cpu or not backend.current().device.has_gpu():
            return False
        self.on_cpu = True
        return True


def step_bytes(model: Any, batch: Any) -> tuple[int, int]:
    """Bytes that a training step holds for each row, and for the weights: an estimate from below.

    Nothing is computed: the model is called on symbols of the shapes of `batch`.
    """
    import keras

    x, _, _ = keras.utils.unpack_x_y_sample_weight(batch)
    known = (leaf for leaf in keras.tree.flatten(x) if leaf is not None)
    rows, outputs = next((int(leaf.shape[0] or 1) for leaf in known), 1), [0]

    def note(_path: str, layer: Any, _inputs: Any, output: Any) -> None:
        if not inside(layer):  # a container returns what its last layer did
            outputs.extend(_bytes(leaf) for leaf in keras.tree.flatten(output))

    symbols = keras.tree.map_structure(symbol, x)
    with restored_afterwards([model]), noting_layers(model, note, []):
        output_spec(model, symbols, **mode(model, training=False))
    weights = sum(_bytes(weight) for weight in trainable_weights(model))
    return HELD_PER_OUTPUT * sum(outputs) // max(1, rows), COPIES_OF_WEIGHTS * weights


def first_rows(structure: Any, rows: int) -> Any:
    """The first rows of every array in `structure`."""
    import keras

    return keras.tree.map_structure(lambda leaf: None if leaf is None else leaf[:rows], structure)


def is_small(batch: Any) -> bool:
    """Whether a batch may be kept while training goes on."""
    import keras

    return sum(map(_bytes, filter(_is_tensor, keras.tree.flatten(batch)))) <= KEPT


def _is_tensor(leaf: Any) -> bool:
    return leaf is not None and hasattr(leaf, "shape")


def _bytes(tensor: Any) -> int:
    import keras

    kind = keras.backend.standardize_dtype(getattr(tensor, "dtype", "float32"))
    bits = re.search(r"\d+", kind)
    return math.prod(int(length or 1) for length in tensor.shape) * int(bits[0] if bits else 8) // 8
