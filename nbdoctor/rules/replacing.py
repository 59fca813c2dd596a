"""Edits of a cell that put in place of a part what an experiment has put there on copies."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nbdoctor.cell.call import Call, CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.activations import WITH_WEIGHTS, function_name
from nbdoctor.cell.edits.expression import with_expression
from nbdoctor.cell.edits.initializers import FITTING, MAKERS, initializer_name
from nbdoctor.cell.edits.inputs import with_rows_scaled
from nbdoctor.cell.edits.layers import with_normalisation, without_layer
from nbdoctor.cell.edits.objective import ACTIVATION_POSITION, compile_call
from nbdoctor.readings.tried_parts import LONGER

EPOCHS_POSITION = 3
"""Of `epochs` in `fit(x, y, batch_size, epochs)`."""

SQUASHING = frozenset({"sigmoid", "tanh", "softmax", "softsign", "hard_sigmoid"})

NOISE = frozenset(
    {
        *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
        *("AlphaDropout", "GaussianDropout", "GaussianNoise"),
    }
)
PENALTIES = ("kernel_regularizer", "bias_regularizer", "activity_regularizer")
DROPS = ("dropout", "recurrent_dropout")
ROW_WEIGHTS = ("class_weight", "sample_weight")


@dataclass(frozen=True, slots=True)
class Written:
    """What the edits need to know of a program.

    Attributes
    ----------
    rows : str
        The user's name for the inputs, "" where there is none or there are several.
    is_table : bool
        They are a frame.
    epochs : int or None
        That the cell plans.
    """

    rows: str = ""
    is_table: bool = False
    epochs: int | None = None


Edit = Callable[[Cell, Written], Cell]
"""Raises `CannotEditError` where the cell does not show the part, or would stay as it is."""


def replaced(cell: Cell, part: str, written: Written) -> Cell:
    """Replace a part by its reference.

    Raises
    ------
    CannotEditError
        No edit is known for this part, or the cell does not show in one place what it is.
    """
    edit = EDITS.get(part)
    edited = edit(cell, written) if edit is not None else cell
    if edited.source == cell.source:
        message = f"The cell does not show in one place what `{part}` is."
        raise CannotEditError(message)
    return edited


def _with_adam(cell: Cell, _written: Written) -> Cell:
    call = compile_call(cell)
    return cell.with_argument("compile", "optimizer", '"adam"', position=0, at=call)


def _with_scaled_inputs(cell: Cell, written: Written) -> Cell:
    try:
        return with_normalisation(cell, written.rows, is_table=written.is_table)
    except CannotEditError:
        return with_rows_scaled(cell, written.rows, None)


def _with_shuffling(cell: Cell, _written: Written) -> Cell:
    return cell.with_argument("fit", "shuffle", "True")


def _without_noise(cell: Cell, _written: Written) -> Cell:
    for call in reversed(cell.calls):  # lines above an edit stay where they are
        if call.name in NOISE:
            cell = without_layer(cell, call)
            continue
        for name in (*PENALTIES, *DROPS):
            cell = _without(cell, call, name)
    return cell


def _with_default_weights(cell: Cell, _written: Written) -> Cell:
    for call in reversed([one for one in cell.calls if one.name in MAKERS]):
        if initializer_name(call.argument("kernel_initializer")) not in FITTING:
            cell = _without(cell, call, "kernel_initializer")
        cell = _without(cell, call, "bias_initializer")
    return cell


def _with_all_trained(cell: Cell, _written: Written) -> Cell:
    freezing = [
        node.value
        for node in ast.walk(cell.tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is False
        and all(isinstance(t, ast.Attribute) and t.attr == "trainable" for t in node.targets)
    ]
    for value in sorted(freezing, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        cell = with_expression(cell, value, "True")
    return cell


def _with_relu(cell: Cell, _written: Written) -> Cell:
    """All but the last layer, which is the head."""
    makers = [call for call in cell.calls if call.name in WITH_WEIGHTS]
    for call in reversed(makers[:-1]):
        place = ACTIVATION_POSITION[call.name]
        given = call.argument("activation", place)
        if given is not None and function_name(given.text) in SQUASHING:
            cell = cell.with_argument(call.name, "activation", '"relu"', position=place, at=call)
    return cell


def _trained_longer(cell: Cell, written: Written) -> Cell:
    if written.epochs is None:
        return cell
    epochs = str(LONGER * written.epochs)
    return cell.with_argument("fit", "epochs", epochs, position=EPOCHS_POSITION)


def _without_row_weights(cell: Cell, _written: Written) -> Cell:
    for call in cell.calls_of("fit"):
        for name in ROW_WEIGHTS:
            cell = _without(cell, call, name)
    return cell


def _without(cell: Cell, call: Call, argument: str) -> Cell:
    if not any(one.name == argument for one in call.arguments):
        return cell
    return cell.without_argument(call.name, argument, at=call)


EDITS: Mapping[str, Edit] = {
    "activations": _with_relu,
    "init": _with_default_weights,
    "inputs": _with_scaled_inputs,
    "length": _trained_longer,
    "optimizer": _with_adam,
    "order": _with_shuffling,
    "regularisation": _without_noise,
    "trainable": _with_all_trained,
    "weights": _without_row_weights,
}
"""By the name of the part. For the others a cell does not say where the reference would stand."""

ADVICE = {
    "loop": (
        "Train with `model.compile` and `model.fit`. If the loop is needed, compare its step with "
        "that of Keras: which loss the gradient is of, which variables get it, and with which rows."
    ),
    "pipeline": (
        "Train on {reference}, and see which line between them and `fit` takes rows and labels "
        "apart or changes them."
    ),
    "architecture": (
        "The layers hold it back, and no single property of them that was replaced. On the copies "
        "stood {reference}: begin with that, and add yours one by one."
    ),
    "layers": "Replace the layers of your own one by one by those of Keras, to see which it is.",
}
"""For parts that no edit of the cell replaces."""
