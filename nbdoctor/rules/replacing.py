"""Edits of a cell that put in place of a part what an experiment has put there on copies."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from nbdoctor.cell.call import Call, CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.activations import WITH_WEIGHTS, function_name
from nbdoctor.cell.edits.expression import with_expression
from nbdoctor.cell.edits.initializers import FITTING, MAKERS, initializer_name
from nbdoctor.cell.edits.inputs import with_rows_scaled
from nbdoctor.cell.edits.labels import with_labels
from nbdoctor.cell.edits.layers import (
    spelled,
    with_layer_before,
    with_normalisation,
    without_layer,
)
from nbdoctor.cell.edits.objective import (
    ACTIVATION_POSITION,
    WIDTH_ARGUMENT,
    compile_call,
    head_call,
    with_head,
    with_loss,
)
from nbdoctor.cell.edits.optimizer import USUAL_RATE, rate_text
from nbdoctor.readings.layers import AUGMENTING
from nbdoctor.readings.tried_parts import Compiled

EPOCHS_POSITION = 3
"""Of `epochs` in `fit(x, y, batch_size, epochs)`."""

SQUASHING = frozenset({"sigmoid", "tanh", "softmax", "softsign", "hard_sigmoid"})

NOISE = frozenset(
    {
        *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
        *("AlphaDropout", "GaussianDropout", "GaussianNoise", *AUGMENTING),
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
    is_flat : bool
        They are one number each.
    epochs : int or None
        That the cell plans.
    head, labels : str
        Name of the layer that makes the only output, and the user's name for its labels; "" where
        that is not known.
    compiled : Compiled
        What stood for the parts on the copies.
    """

    rows: str = ""
    is_table: bool = False
    is_flat: bool = False
    epochs: int | None = None
    head: str = ""
    labels: str = ""
    compiled: Compiled = field(default_factory=Compiled)


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


def _with_adam(cell: Cell, written: Written) -> Cell:
    call, rate = compile_call(cell), written.compiled.rate
    made = '"adam"'
    if rate is not None and rate_text(rate) != USUAL_RATE and cell.keras:
        made = f"{cell.keras}.optimizers.Adam({rate_text(rate)})"
    return cell.with_argument("compile", "optimizer", made, position=0, at=call)


def _with_scaled_inputs(cell: Cell, written: Written) -> Cell:
    try:
        flat = written.is_flat
        return with_normalisation(cell, written.rows, is_table=written.is_table, is_flat=flat)
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
    for value in reversed(freezing(cell)):
        cell = with_expression(cell, value, "True")
    return cell


def freezing(cell: Cell) -> list[ast.expr]:
    """What a cell sets `trainable` to False by, in order."""
    found = [
        node.value
        for node in ast.walk(cell.tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is False
        and all(isinstance(t, ast.Attribute) and t.attr == "trainable" for t in node.targets)
    ]
    return sorted(found, key=lambda one: (one.lineno, one.col_offset))


def _with_activations(cell: Cell, written: Written) -> Cell:
    """Of all layers before the last one that has weights; where none has one, each gets it."""
    makers = [call for call in cell.calls if call.name in ACTIVATION_POSITION]
    last = max((at for at, one in enumerate(makers) if one.name in WITH_WEIGHTS), default=0)
    names = [(one, activation_given(one)) for one in makers[:last]]
    chosen = [one for one, name in names if name in SQUASHING]
    if not any(name for _, name in names):
        chosen = [one for one, _ in names]
    for call in reversed(chosen):
        place, text = ACTIVATION_POSITION[call.name], f'"{written.compiled.hidden}"'
        cell = cell.with_argument(call.name, "activation", text, position=place, at=call)
    return cell


def activation_given(call: Call) -> str:
    """Its name, "" for none."""
    given = call.argument("activation", ACTIVATION_POSITION[call.name])
    name = "" if given is None else function_name(given.text)
    return "" if name in {"linear", "None"} else name


def _trained_longer(cell: Cell, written: Written) -> Cell:
    if written.epochs is None:
        return cell
    epochs = str(written.compiled.longer * written.epochs)
    return cell.with_argument("fit", "epochs", epochs, position=EPOCHS_POSITION)


def _without_row_weights(cell: Cell, _written: Written) -> Cell:
    for call in cell.calls_of("fit"):
        for name in ROW_WEIGHTS:
            cell = _without(cell, call, name)
    return cell


def _with_head(cell: Cell, written: Written) -> Cell:
    """Width and activation of the last layer, and a flat row in front of it."""
    wanted = written.compiled
    if wanted.units is None:
        return cell
    made = head_call(cell, written.head)
    if wanted.flat:
        cell = with_layer_before(cell, made, f"{spelled(cell, 'Flatten')}()")
    present = made.argument("activation", ACTIVATION_POSITION[made.name])
    bare = wanted.activation == "linear" and present is None
    width = made.argument(WIDTH_ARGUMENT.get(made.name, ""), 0)
    same_width = width is not None and width.text == str(wanted.units)
    return with_head(
        cell,
        written.head,
        activation=None if bare else wanted.activation,
        width=None if same_width else wanted.units,
    )


def _with_loss(cell: Cell, written: Written) -> Cell:
    """By its name. A loss of the user's own stays where it is made, without being used."""
    wanted = written.compiled
    if not wanted.loss:
        return cell
    extra = {"from_logits": "True"} if wanted.from_logits else {}
    try:
        return with_loss(cell, wanted.loss, **extra)
    except CannotEditError:
        call = compile_call(cell)
        if extra or call.argument("loss", 1) is None:
            raise
        return cell.with_argument("compile", "loss", f'"{wanted.loss}"', position=1, at=call)


def _with_labels(cell: Cell, written: Written) -> Cell:
    """In the form that the copies had; numbers with mean 0 and spread 1."""
    name, form = written.labels, written.compiled.labels
    if not name.isidentifier():
        return cell
    if form == "numbers":
        return cell.with_lines_before(
            "fit",
            f"target_mean, target_std = {name}.mean(), {name}.std()\n"
            f"{name} = ({name} - target_mean) / target_std"
            "  # predictions: target_std * model.predict(x) + target_mean",
        )
    numbered = _numbered(name, written.compiled.values)
    if form == "one-hot" and numbered and cell.keras:
        count = len(written.compiled.values)
        numbered = f"{cell.keras}.utils.to_categorical({numbered}, {count})"
    elif form not in {"ids", "column", "bits"}:
        return cell
    return (with_labels(cell, name, numbered) or cell) if numbered else cell


def _numbered(name: str, values: Sequence[float]) -> str:
    """Class numbers from 0 on, where the classes lie the same distance apart; "" elsewhere."""
    if len(values) < 2:  # noqa: PLR2004
        return ""
    low, step = values[0], values[1] - values[0]
    apart = [after - before for before, after in pairwise(values)]
    if not all(math.isclose(one, step) for one in apart):
        return ""
    from_zero = name if low == 0 else f"({name} - {low:g})" if low > 0 else f"({name} + {-low:g})"
    return from_zero if step == 1 else f"{from_zero} / {step:g}"


def _without(cell: Cell, call: Call, argument: str) -> Cell:
    if not any(one.name == argument for one in call.arguments):
        return cell
    return cell.without_argument(call.name, argument, at=call)


EDITS: Mapping[str, Edit] = {
    "activations": _with_activations,
    "head": _with_head,
    "init": _with_default_weights,
    "inputs": _with_scaled_inputs,
    "labels": _with_labels,
    "length": _trained_longer,
    "loss": _with_loss,
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
