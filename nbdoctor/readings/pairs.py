"""Pairs of rows, the distance that a model gives them, and what its loss wants of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.engine import RefusedError
from nbdoctor.capture.data import Rows
from nbdoctor.look.look import Look
from nbdoctor.readings.head import Head
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.loss_probe import shape_of
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[np.floating[Any]]

PAIR = 2
MOST = 0.95
"""Share of pairs that lie further apart than equal rows, where the output is a distance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDistances:
    """What the labels of pairs say of their distance, and what the loss makes of it.

    Attributes
    ----------
    output : str
    function : str
        The user's loss function, "" where it is another.
    high, low : float
        The two labels of pairs.
    near, far : float
        What the model puts out for two equal rows, and for most pairs of the data.
    loss_of_high, loss_of_low : (float, float)
        The loss of pairs with either label, near and far.
    share_nearer : float
        Of a pair with the higher label and one with the lower, how often the first is nearer in
        the inputs themselves: 0.5 where these do not tell.
    pairs : int
        Pairs whose inputs were compared.
    """

    output: str
    function: str
    high: float
    low: float
    near: float
    far: float
    loss_of_high: tuple[float, float]
    loss_of_low: tuple[float, float]
    share_nearer: float
    pairs: int

    @property
    def wants_high_near(self) -> bool | None:
        """Whether the loss wants pairs with the higher label near; None where it wants neither."""
        high, low = (one[0] < one[1] for one in (self.loss_of_high, self.loss_of_low))
        return high if high != low else None


@reading(
    "pairs of rows",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the model gives no distance of two inputs of one shape"),
)
def distances_of_pairs(look: Look, rows: Rows, head: Head, labels: Labels) -> PairDistances | None:
    """Those of a model of two inputs of one shape, whose single output is made from both."""
    run = look.run
    if run is None or len(run.anatomy.compared) != 1 or len(head.outputs) != 1:
        return None
    target, inputs = labels.targets[0], list(rows.inputs.values())
    alike = len(inputs) == PAIR and inputs[0].shape == inputs[1].shape
    alike = alike and all(one.dtype.kind == "f" for one in inputs)  # ids have tables of their own
    if not alike or target.distinct != PAIR or target.encoding == "text":
        return None
    (comparison,) = run.anatomy.compared
    shape = shape_of(comparison, 1)
    if shape is None or np.prod(shape) != 1:
        return None
    try:
        outputs = run.anatomy.output_of_inputs()
        loss = run.anatomy.loss_of(comparison, slopes=False)
    except RefusedError:
        return None
    found = compare(outputs, loss, _batch(look), (inputs, rows), target)
    return None if found is None else replace(found, function=comparison.function)


def _batch(look: Look) -> tuple[list[Array], Array]:
    import keras

    here = keras.ops.convert_to_numpy
    x, y, _ = keras.utils.unpack_x_y_sample_weight(look.batches[0])
    leaves = [np.asarray(here(one)) for one in keras.tree.flatten(x)]
    return leaves, np.asarray(here(keras.tree.flatten(y)[0]))


def compare(
    outputs: Callable[..., Any],
    loss: Callable[..., Any],
    batch: tuple[list[Array], Array],
    pairs: tuple[list[Array], Rows],
    target: Target,
) -> PairDistances | None:
    """What the labels of pairs say, and what the loss wants.

    Parameters
    ----------
    outputs : callable
        What the model puts out for two inputs.
    loss : callable
        Of labels and outputs.
    batch : (list of array, array)
        Two inputs and the labels.
    pairs : (list of array, Rows)
        Two inputs of many rows, and whose rows they are.
    target : Target
    """
    (first, second), y = batch
    same = np.asarray(outputs(first, first)[0], dtype=np.float64)
    apart = np.asarray(outputs(first, second)[0], dtype=np.float64)
    if same.size != len(y) or not (np.isfinite(same).all() and np.isfinite(apart).all()):
        return None
    near = float(np.median(same))
    different = np.any((first != second).reshape(len(first), -1), axis=1)
    beyond = apart.ravel()[different]
    if len(beyond) < PAIR:
        return None
    if (beyond > near).mean() >= MOST:
        far = max(float(np.quantile(beyond, MOST)), near + 1.0)
    elif (beyond < near).mean() >= MOST:  # a similarity: largest for equal rows
        far = float(np.quantile(beyond, 1 - MOST))
    else:
        return None
    low, high = target.minimum, target.maximum

    def of(label: float, output: float) -> float:
        labels, predictions = np.full(y.shape, label), np.full(same.shape, output)
        return float(np.sum(np.asarray(loss(labels, predictions)[0])))

    inputs, rows = pairs
    truth = np.asarray(next(iter(rows.targets.values()))).reshape(-1)
    share, counted = _share_nearer(inputs, truth, rows, high)
    return PairDistances(
        output=target.name,
        function="",
        high=high,
        low=low,
        near=near,
        far=far,
        loss_of_high=(of(high, near), of(high, far)),
        loss_of_low=(of(low, near), of(low, far)),
        share_nearer=share,
        pairs=counted,
    )


def _share_nearer(inputs: list[Array], labels: Array, rows: Rows, high: float) -> tuple[float, int]:
    """How often a pair with the higher label is nearer in the inputs than one with the lower."""
    if len(rows.index) != len(inputs[0]) or rows.index.max(initial=-1) >= len(labels):
        return 0.5, 0
    here = labels[rows.index] == high
    first, second = (one.reshape(len(one), -1).astype(np.float64) for one in inputs)
    distances = np.square(first - second).sum(axis=1)
    ones, others = distances[here], distances[~here]
    if not (len(ones) and len(others)):
        return 0.5, 0
    below = np.searchsorted(np.sort(others), ones, side="right")
    at = np.searchsorted(np.sort(others), ones, side="left")
    nearer = 1 - (below + at) / (2 * len(others))
    return float(nearer.mean()), len(distances)
