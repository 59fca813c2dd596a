"""The model as `fit` left it: what its weights hold, and its loss in inference mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.look.forward import Forward, has_loss
from nbdoctor.look.look import Look
from nbdoctor.look.passes import as_trained
from nbdoctor.look.train_step import NOT_SHOWN, has_call
from nbdoctor.readings.activations import Activations
from nbdoctor.readings.missing import Missing, NotTakenError, not_measured
from nbdoctor.readings.movement import is_changed
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.weights import Weights
from nbdoctor.readings.weights_left import WeightsLeft, read_weights_left


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What training left behind, measured when the cell has ended.

    Attributes
    ----------
    non_finite : tuple of str
        Paths of weights that hold NaN or infinity.
    broken_layer : str
        The layer of the first of them, as in `Layer.name`; "" without any.
    trainable, moved : int
        Trainable weights (tensors), and how many of them are no longer what they were.
    rows : int
        Training rows that were predicted, in inference mode.
    loss : float or None
        Mean loss of these rows, row weights and penalties left out; None when unknown.
    penalty : float
        Sum of the regularisation losses.
    spread : float or None
        Standard deviation of the predictions over these rows, averaged over units; None for
        several outputs.
    lowest, highest : float or None
        Of these predictions.
    one_class : int or None
        The column that is largest in every row, None when rows differ or there is one column.
    weighted : bool
        Training weighs its rows, so that `loss` is not what it made smaller.
    """

    non_finite: tuple[str, ...] = ()
    broken_layer: str = ""
    trainable: int = 0
    moved: int = 0
    rows: int = 0
    loss: float | None = None
    penalty: float = 0.0
    spread: float | None = None
    lowest: float | None = None
    highest: float | None = None
    one_class: int | None = None
    weighted: bool = False


def read_trained_model(look: Look, before: Weights, left: WeightsLeft | None = None) -> Trained:
    """Compare the weights with those before training, and predict training rows.

    Parameters
    ----------
    look : Look
        Of the first step; its rows are used again.
    before : Weights
        As training found them.
    left : WeightsLeft, optional
        As it left them; read here where they are not given.
    """
    import keras

    now = (left or read_weights_left(look.model, look.paths)).weights
    broken = [weight for weight in now if weight.non_finite]
    was = {weight.path: weight for weight in before.weights}
    trainable = [weight for weight in now if weight.trainable and weight.path in was]
    forward, rows = _predicted(look) if has_call(look.model) else (None, 0)
    weights = [keras.utils.unpack_x_y_sample_weight(batch)[2] for batch in look.batches]
    loss = forward.loss if forward is not None else None
    return Trained(
        non_finite=tuple(weight.path for weight in broken),
        broken_layer=broken[0].layer if broken else "",
        trainable=len(trainable),
        moved=sum(is_changed(was[weight.path], weight) for weight in trainable),
        rows=rows,
        loss=loss - forward.penalty if forward is not None and loss is not None else None,
        penalty=forward.penalty if forward is not None else 0.0,
        **_predictions(forward),
        weighted=any(weight is not None for weight in weights),
    )


@reading(
    "the trained model",
    when=Moment.TRAINED,
    missing=Missing(kind="too early", reason="no `fit` has ended"),
)
def trained_of_look(
    look: Look, before: Weights, left: WeightsLeft | None, activations: Activations
) -> Trained:
    """The model as this training left it."""
    del activations  # without them there is nothing to compare with
    if not look.is_pure and look.run is None:
        raise NotTakenError(not_measured(NOT_SHOWN))
    return read_trained_model(look, before, left)


def _predicted(look: Look) -> tuple[Forward | None, int]:
    """The probe's rows through the trained model, with the loss where there are labels."""
    import keras

    taken: list[int] = []

    def run() -> Forward | None:
        x, y = labelled_rows(look)
        taken.append(int(keras.tree.flatten(x)[0].shape[0]))
        truth = (y, None) if y is not None and has_loss(look.model) else None
        return as_trained(look, x, truth)

    forward = look.memory.measure(run, look.memory.halve_probe)
    return forward, taken[-1]


def labelled_rows(look: Look) -> tuple[Any, Any]:
    """Inputs and labels of as many batches as make 256 rows, where they can be joined."""
    import keras

    batches = look.batches if look.is_pure else look.batches[:1]  # a trace takes its own kind
    pairs = [keras.utils.unpack_x_y_sample_weight(batch)[:2] for batch in batches]
    leaves = [leaf for leaf in keras.tree.flatten(pairs[0]) if leaf is not None]
    here = backend.current().values
    if not look.memory.divisible or not all(here.is_dense(leaf) for leaf in leaves):
        pairs = pairs[:1]
    shapes = [_row_shapes(pair) for pair in pairs]
    alike = [pair for pair, shape in zip(pairs, shapes, strict=True) if shape == shapes[0]]

    def joined(*parts: Any) -> Any:
        if len(parts) == 1 or parts[0] is None:
            return parts[0]
        return keras.ops.concatenate(parts)[: look.memory.probe_rows]

    x, y = keras.tree.map_structure(joined, *alike)
    return x, y


def _row_shapes(pair: Any) -> list[tuple[int, ...] | None]:
    import keras

    leaves = keras.tree.flatten(pair)
    return [None if leaf is None else tuple(leaf.shape[1:]) for leaf in leaves]


def _predictions(forward: Forward | None) -> dict[str, Any]:
    """How the predictions of one output are spread, and whether they name one class only."""
    import keras

    leaves: list[Any] = keras.tree.flatten(forward.passed.final) if forward is not None else []
    values = np.asarray(leaves[0]).astype(np.float64) if len(leaves) == 1 else np.empty(0)
    if not values.size:
        return {}
    columns = values.argmax(axis=-1).ravel() if values.ndim > 1 and values.shape[-1] > 1 else None
    alone = columns is not None and bool((columns == columns[0]).all())
    return {
        "spread": float(values.std(axis=0).mean()),
        "lowest": float(values.min()),
        "highest": float(values.max()),
        "one_class": int(columns[0]) if columns is not None and alone else None,
    }
