"""What random changes of the training data do to inputs, and what to labels of the same places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor import backend
from nbdoctor.backend.pipelines import Redrawn
from nbdoctor.capture.calls import FitCall
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.stages import Stages

Array = npt.NDArray[Any]

ELEMENTS, DRAWS = 8, 6
"""Elements of a pipeline that are changed at random again, and how often: some 50 calls."""

BLOCK = 2
"""Means of blocks of so many pixels are compared, so that noise does not count as movement."""

MOVED = 0.9
"""Correlation of two draws of one picture below which its content has moved. Brightness, contrast
and noise of a tenth leave it above 0.95."""

SAME_VALUES = 0.98
"""Correlation of the sorted values above which two pictures hold the same content."""

RANK = 3
"""(height, width, channels)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomChanges:
    """A random change that moves the content of inputs that have labels for each place.

    Attributes
    ----------
    pictures : int
        Pictures that were drawn several times, or found again in memory.
    moved : int
        Of these, whose content was at different places.
    labels_moved : int
        ... and whose labels were, too.
    function : str
        Name of the function of a stage of a dataset, "" where it is not known.
    line : int or None
        Of that stage.
    array : str
        The array in memory that holds the labels of batches, "" where a stage was drawn again.
    """

    pictures: int
    moved: int
    labels_moved: int
    function: str = ""
    line: int | None = None
    array: str = ""


@reading(
    "random changes of the data",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no random step changes pictures that have labels for each place"),
    once=True,
)
def random_changes(call: FitCall, stages: Stages) -> RandomChanges | None:
    """Draw the random stages of the training data again, by their traces on copies."""
    if stages.training is None or not any(one.is_random for one in stages.training.walk()):
        return None
    drawn = backend.current().pipelines.redrawn(call.arguments.get("x"), ELEMENTS, DRAWS)
    places = {one.key: one for one in stages.training.walk()}
    for one in drawn:
        counted = count_moved(one)
        if counted is not None:
            stage = places[one.key]
            return RandomChanges(
                function=stage.function,
                line=stage.line,
                pictures=counted[0],
                moved=counted[1],
                labels_moved=counted[2],
            )
    return None


def count_moved(one: Redrawn) -> tuple[int, int, int] | None:
    """Pictures, those that moved, and those whose labels moved; None without such labels."""
    pairs = [list(_pictures(element, batched=one.batched)) for element in _by_element(one.draws)]
    series = [picture for element in pairs for picture in element]
    told = [both for both in series if _has_content(both[1])]
    if not told:
        return None
    moved = [both for both in told if _moves(both[0])]
    return len(told), len(moved), sum(_differs(labels) for _, labels in moved)


def _by_element(draws: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    yield from (list(element) for element in zip(*draws, strict=True))


def _pictures(drawn: list[Any], *, batched: bool) -> Iterator[tuple[list[Array], list[Array]]]:
    """Inputs and labels of each picture, once for each draw."""
    import keras

    pairs = []
    for one in drawn:
        x, y, _ = keras.utils.unpack_x_y_sample_weight(one)
        inputs, labels = (
            [np.asarray(leaf, np.float64) for leaf in keras.tree.flatten(part) if leaf is not None]
            for part in (x, y)
        )
        if not inputs or not labels or not matches(inputs[0], labels[0], batched=batched):
            return
        pairs.append((inputs[0], labels[0]))
    rows = range(min(len(pairs[0][0]), ELEMENTS)) if batched else [None]
    for row in rows:
        yield (
            [x if row is None else x[row] for x, _ in pairs],
            [y if row is None else y[row] for _, y in pairs],
        )


def matches(x: Array, y: Array, *, batched: bool) -> bool:
    """Whether there is a label for each place of a picture."""
    x_shape, y_shape = x.shape[int(batched) :], y.shape[int(batched) :]
    return len(x_shape) == RANK and len(y_shape) >= 2 and x_shape[:2] == y_shape[:2]  # noqa: PLR2004


def _has_content(labels: list[Array]) -> bool:
    return float(labels[0].std()) > 0


def _moves(pictures: list[Array]) -> bool:
    return any(is_moved(pictures[0], other) for other in pictures[1:])


def is_moved(one: Array, other: Array) -> bool:
    """Whether two pictures hold the same content at different places."""
    if one.shape != other.shape:
        return False
    sorted_alike = _correlation(np.sort(one.ravel()), np.sort(other.ravel())) > SAME_VALUES
    return sorted_alike and _correlation(_blocks(one), _blocks(other)) < MOVED


def _differs(labels: list[Array]) -> bool:
    return any(not np.array_equal(labels[0], other) for other in labels[1:])


def _blocks(picture: Array) -> Array:
    high, wide = (size // BLOCK * BLOCK for size in picture.shape[:2])
    cut = picture[:high, :wide].mean(axis=-1)
    means: Array = cut.reshape(high // BLOCK, BLOCK, wide // BLOCK, BLOCK).mean(axis=(1, 3))
    return means


def _correlation(one: Array, other: Array) -> float:
    one, other = one.ravel() - one.mean(), other.ravel() - other.mean()
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other / size) if size > 0 else 1.0
