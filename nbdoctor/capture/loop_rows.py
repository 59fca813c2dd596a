"""The last rows that a loop of the user's own has trained a model on, for when its cell has ended.

Tensors are held as they pass and never change; arrays of NumPy, which may, are copied.
"""

from __future__ import annotations

import itertools
import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nbdoctor import backend

MOST_ROWS = 512
"""Rows that are held: enough for a score that is right within 0.13."""

MOST_VALUES = 4_000_000
"""... and so many values, 16 MB of float32; nothing is held where one batch has more."""

RECORDED_AT_FIRST = 4
RECORDED_LATER = 16
"""Where only its operations tell the labels of a step, the first steps are recorded, then each
16th: noting all operations of a step makes it about half as long again."""

Met = tuple[Any, Any, Any]
"""Inputs, labels, and predictions of a step."""


class LoopRows:
    """What a loop has handed to the steps of one model, the last of it.

    Parameters
    ----------
    replay : callable, optional
        Makes a step of a traced function on copies, from what it was handed, and tells what it
        has met; without it what is held was met already.
    by_formula : bool
        Only the operations of a step tell its labels.

    Attributes
    ----------
    loss : keras.losses.Loss, str or None
        What the loop compares predictions with labels by.
    steps : int
        That were made.
    """

    def __init__(self, replay: Replay | None = None, *, by_formula: bool = False) -> None:
        self.replay, self.by_formula = replay, by_formula
        self.loss: Any = None
        self.steps = 0
        self._held: deque[tuple[int, Any]] = deque()
        self._begins_anew = False

    @property
    def rows(self) -> int:
        """Rows that are held."""
        return sum(rows for rows, _ in self._held)

    @property
    def wants_recording(self) -> bool:
        """Whether the operations of the next step are to be noted."""
        return self.by_formula and (
            self.steps < RECORDED_AT_FIRST or self.steps % RECORDED_LATER == 0
        )

    def begin_pass(self) -> None:
        """A dataset is iterated anew: rows that come now may have come before, changed a little."""
        self._begins_anew = not self.by_formula

    def hold(self, met: Any) -> None:
        """Hold what a step was handed or has met."""
        leaves = [one for one in _leaves(met) if getattr(one, "shape", ())]
        rows = int(leaves[0].shape[0] or 0) if leaves else 0
        values = sum(math.prod(int(size or 1) for size in one.shape) for one in leaves)
        if not rows or values > MOST_VALUES:
            return
        if self._begins_anew:
            self._held.clear()
            self._begins_anew = False
        self._held.append((rows, met))
        most = min(MOST_ROWS, MOST_VALUES * rows // values)
        while len(self._held) > 1 and self.rows - self._held[0][0] >= most:
            self._held.popleft()

    def met(self, seconds: float) -> Iterator[Met]:
        """What the steps have met, for a limited time; by the model as it is now, if replayed."""
        ends = time.perf_counter() + seconds
        for _, held in self._held:
            yield held if self.replay is None else self.replay(held)
            if time.perf_counter() > ends:
                return

    def gone_on(self, steps: int, seconds: float) -> tuple[int, list[Met]]:
        """Make further steps with what is held, on copies, for a limited time.

        Returns
        -------
        (int, list of (inputs, labels, predictions))
            Steps that were made, and what each batch meets after them; (0, []) without a replay.
        """
        handed = [held for _, held in self._held]
        if self.replay is None or not handed:
            return 0, []
        return self.replay.gone_on(handed, steps, seconds)


class Replay:
    """Steps of a traced function on copies, to see what it makes of what it was handed.

    Parameters
    ----------
    graph : Any
        The trace.
    met : (inputs, labels, predictions)
        Symbols of the graph, or values.
    handed : list of tensor
        What the function takes, of the call that was traced.
    """

    def __init__(self, graph: Any, met: Met, handed: list[Any]) -> None:
        self._graph, self._met, self._kinds = graph, met, _kinds(handed)
        self._shadow: Any = None

    def takes(self, handed: list[Any]) -> bool:
        """Whether the trace is for tensors like these."""
        return _kinds(handed) == self._kinds

    def __call__(self, handed: list[Any]) -> Met:
        """What a step meets, from the variables as they are now.

        Raises
        ------
        RefusedError
            Of the backend: no copy can stand for what it acts on.
        """
        self._restart()
        return self._step(handed)

    def gone_on(self, handed: Sequence[Any], steps: int, seconds: float) -> tuple[int, list[Met]]:
        """As `LoopRows.gone_on`, from the variables as they are now."""
        self._restart()
        ends, made = time.perf_counter() + seconds, 0
        for given in itertools.islice(itertools.cycle(handed), steps):
            self._step(given)
            made += 1
            if time.perf_counter() > ends:
                break
        return made, [self._step(given) for given in handed]

    def _restart(self) -> None:
        if self._shadow is None:
            self._shadow = backend.current().steps.shadow(self._graph, lambda: self._met)
        self._shadow.restart()

    def _step(self, handed: Any) -> Met:
        _, (inputs, labels, predicted) = self._shadow(handed)
        return inputs, labels, predicted


def copied(structure: Any) -> Any:
    """Tensors as they are, and arrays that the user may write to as copies."""
    import keras

    return keras.tree.map_structure(
        lambda one: np.array(one) if isinstance(one, np.ndarray) else one, structure
    )


def is_light(structure: Any) -> bool:
    """Whether arrays and tensors of a structure are small enough to be held, or copied."""
    shapes = [one.shape for one in _leaves(structure) if hasattr(one, "shape")]
    return sum(math.prod(int(size or 1) for size in shape) for shape in shapes) <= MOST_VALUES


def _kinds(handed: list[Any]) -> list[tuple[Any, ...]]:
    return [(tuple(one.shape), str(one.dtype)) for one in handed]


def _leaves(structure: Any) -> list[Any]:
    import keras

    return [leaf for leaf in keras.tree.flatten(structure) if leaf is not None]
