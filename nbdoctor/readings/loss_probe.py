"""A loss of the user's own, asked: is it least at the truth? By the piece of the trace it left."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.engine import RefusedError
from nbdoctor.errors.guard import let_through
from nbdoctor.look.anatomy import Comparison
from nbdoctor.look.look import Look
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.loss_forms import (
    cancelling,
    is_flat,
    is_straight,
    is_symmetric,
    weight_of_ones,
)
from nbdoctor.readings.losses import ANY, UNIT, Range
from nbdoctor.readings.missing import NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[np.floating[Any]]
INSIDE = 0.02
"""How near a prediction of 0 or 1 is put to it: a logarithm is finite there."""

LOGIT = 4.0
"""A sure answer of a head without an activation, whose loss may apply a sigmoid: 0.98."""

OUT_OF_REACH = 0.01
"""Share of labels beyond what the head can put out, from which on they are no predictions."""

SEED = 0
"""Of a generator of our own, which orders rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What the loss of one output prefers.

    Attributes
    ----------
    output, layer : str
    function : str
        The user's function, "" for a class.
    parameters : tuple of str
        Names that the user gave to labels and predictions.
    at_truth, at_opposite : tuple of float
        The loss for the labels as predictions and for their opposite, one for each way in which
        the head may express them (probabilities, logits).
    is_straight : bool
        It grows in a straight line from any predictions to any others, so that it compares nothing.
    uses_labels : bool
        Other labels give another loss.
    is_symmetric : bool or None
        Labels and predictions may be exchanged; None where that was not tried.
    is_flat : bool or None
        The loss has no gradient at the predictions, at the truth and at its opposite.
    cancelling : float or None
        Of labels that are numbers: how far the loss rises where every second row is predicted as
        much too low as the others are too high, as a share of its rise where all are too high.
    ones : float or None
        Of an output with one value from 0 to 1: the loss of rows of class 1, of that of rows of
        class 0 that are predicted as wrongly.
    """

    output: str
    layer: str = ""
    function: str = ""
    parameters: tuple[str, ...] = ()
    at_truth: tuple[float, ...] = ()
    at_opposite: tuple[float, ...] = ()
    is_straight: bool = False
    uses_labels: bool = True
    is_symmetric: bool | None = None
    is_flat: bool | None = None
    cancelling: float | None = None
    ones: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LossProbe:
    """Those losses of the user's own that could be asked."""

    losses: tuple[Probed, ...]


@reading(
    "the user's loss",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no loss of your own compares labels with predictions in a traced step"),
)
def probe_of_loss(look: Look, head: Head, labels: Labels) -> LossProbe | None:
    """What each loss of the user's own prefers, on the labels of the first batch."""
    run = look.run
    if all(output.loss != "custom" for output in head.outputs):
        return None
    if run is None:
        raise NotTakenError(not_measured("the step was not made on copies"))
    if compares_inputs(look):
        raise NotTakenError(does_not_apply("the model compares inputs of one shape"))
    found = []
    for number, comparison in enumerate(run.anatomy.compared):
        if number >= len(head.outputs):
            continue
        output = head.outputs[number]
        target = labels.of(output.name)
        y = labels_in(look, number)
        if output.loss != "custom" or target is None or y is None:
            continue
        try:
            piece = watched(run.anatomy.loss_of(comparison))
        except RefusedError:
            continue
        probed = probe(piece, y, shape_of(comparison, len(y)), output, target)
        if probed is not None:
            function, parameters = comparison.function, comparison.parameters
            found.append(replace(probed, function=function, parameters=parameters))
    return LossProbe(losses=tuple(found)) if found else None


def watched(piece: Callable[..., Any]) -> Callable[..., Any]:
    """Return a piece whose errors are told as those of the loss, which training meets, too."""

    def ask(*given: Any) -> Any:
        try:
            return piece(*given)
        except Exception as error:
            let_through(error)
            why = does_not_apply("your loss raises an error for the rows of a batch")
            raise NotTakenError(why) from error

    return ask


def compares_inputs(look: Look) -> bool:
    """Whether the model takes inputs of one shape, whose distance its output may be."""
    import keras

    x, _, _ = keras.utils.unpack_x_y_sample_weight(look.batches[0])
    shapes = [tuple(one.shape) for one in keras.tree.flatten(x)]
    return len(set(shapes)) < len(shapes)


def labels_in(look: Look, number: int) -> Array | None:
    """The labels of one output in the first batch."""
    import keras

    _, y, _ = keras.utils.unpack_x_y_sample_weight(look.batches[0])
    leaves = [one for one in keras.tree.flatten(y) if one is not None]
    if number >= len(leaves):
        return None
    values = np.asarray(keras.ops.convert_to_numpy(leaves[number]))
    return values.astype(np.float32) if values.dtype.kind in "biuf" else None


def shape_of(comparison: Comparison, rows: int) -> tuple[int, ...] | None:
    """Shape of the predictions of so many rows; None where an axis is not known."""
    axes = tuple(comparison.predictions.shape)
    if any(axis is None for axis in axes[1:]):
        return None
    return (rows, *(int(axis) for axis in axes[1:]))


def probe(
    piece: Callable[..., Any],
    y: Array,
    shape: tuple[int, ...] | None,
    output: Output,
    target: Target,
) -> Probed | None:
    """What a loss prefers: the labels as predictions, or their opposite.

    Parameters
    ----------
    piece : callable
        Of labels and predictions; it returns the loss and its gradients.
    y : array
        Labels, (rows, ...).
    shape : tuple of int or None
        Of the predictions.
    output : Output
    target : Target

    Returns
    -------
    Probed or None
        None where the labels cannot be predictions of this head.
    """
    pairs = [] if shape is None else list(truths(y, shape, output, target))
    if not pairs:
        return None

    def loss(labels: Array, predictions: Array) -> float:
        value, _ = piece(labels.astype(np.float32), predictions.astype(np.float32))
        return float(np.sum(np.asarray(value, dtype=np.float64)))

    truth, opposite = pairs[0]
    order = np.random.default_rng(SEED).permutation(len(y))
    bits = output.reach == UNIT and shape is not None and shape[-1] == 1
    numbers = output.reach in {None, ANY} and not set(np.unique(truth)) <= {0.0, 1.0}
    return Probed(
        output=output.name,
        layer=output.layer,
        at_truth=tuple(loss(y, one) for one, _ in pairs),
        at_opposite=tuple(loss(y, other) for _, other in pairs),
        is_straight=output.reach != UNIT and is_straight(loss, y, truth.shape),
        uses_labels=loss(y, opposite) != loss(y[order], opposite),
        is_symmetric=is_symmetric(loss, y, truth, opposite),
        ones=weight_of_ones(loss, y, truth) if bits else None,
        cancelling=cancelling(loss, y, truth) if numbers else None,
        is_flat=is_flat(piece, y, [(truth + opposite) / 2, *(p for pair in pairs for p in pair)]),
    )


def truths(
    y: Array, shape: tuple[int, ...], output: Output, target: Target
) -> Iterator[tuple[Array, Array]]:
    """Labels as predictions, and their opposite, in each way that the head may express them."""
    wanted = _as_predictions(y, shape, output)
    if wanted is None or not np.isfinite(wanted).all() or np.ptp(wanted) == 0:
        return
    reach = output.reach
    if reach is not None and _share_outside(wanted, reach) > OUT_OF_REACH:
        return
    if set(np.unique(wanted)) <= {0.0, 1.0}:
        if reach not in {UNIT, ANY}:  # a distance, say: what says "yes" is not known
            return
        other = _other_bits(wanted, target)
        if reach == UNIT:
            yield _inside(wanted), _inside(other)
        else:
            yield wanted, other
            yield LOGIT * (2 * wanted - 1), LOGIT * (2 * other - 1)
    else:
        mirrored = 2 * wanted.mean(axis=0, keepdims=True) - wanted
        low, high = reach if reach is not None else (-math.inf, math.inf)
        yield wanted, np.clip(mirrored, low, high)


def _as_predictions(y: Array, shape: tuple[int, ...], output: Output) -> Array | None:
    """Labels in the shape of the predictions; class numbers as columns of a softmax."""
    if y.shape == shape:
        return y
    if shape[-1] == 1 and y.shape == shape[:-1]:
        return y.reshape(shape)
    places = y[..., 0] if y.shape[-1:] == (1,) and y.ndim == len(shape) else y
    if output.activation != "softmax" or places.shape != shape[:-1]:
        return None
    if (places < 0).any() or (places >= shape[-1]).any() or (places % 1).any():
        return None
    columns: Array = np.eye(shape[-1], dtype=np.float32)[places.astype(int)]
    return columns


def _share_outside(values: Array, reach: Range) -> float:
    return float(((values < reach[0]) | (values > reach[1])).mean())


def _other_bits(bits: Array, target: Target) -> Array:
    """Of one class in a row another one, of each bit the other value."""
    if target.encoding in {"one-hot", "ids"} and bits.shape[-1] > 1:
        rolled: Array = np.roll(bits, 1, axis=-1)
        return rolled
    other: Array = 1 - bits
    return other


def _inside(bits: Array) -> Array:
    inside: Array = np.clip(bits, INSIDE, 1 - INSIDE)
    return inside
