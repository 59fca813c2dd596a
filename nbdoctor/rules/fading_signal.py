"""Layers that let the differences between rows fade away."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.call import Call
from nbdoctor.capture.cell import Cell
from nbdoctor.capture.initializers import SIZES, initializer_name
from nbdoctor.capture.squashing import hidden_sigmoids, with_relu
from nbdoctor.probes.activations import Activations, LayerActivation
from nbdoctor.probes.layers import Layers
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

SMALL = 1e-3
"""A spread that a head with weights near 1 cannot turn into different predictions."""

SAME = 1e-3
"""Predictions that differ by no more of their size than this are one and the same."""

FEW_LAYERS = 3
"""First, last and something between."""


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="What tells rows apart reaches the last hidden layer",
    explains=(
        "constant-predictions",
        "fails-to-memorise",
        "baseline-not-beaten",
        "weights-stand-still",
        "learning-rate-too-low",
        "majority-class-only",
        "too-few-steps",
    ),
)
def fading_signal(
    activations: Activations,
    layers: Layers,
    /,
    *,
    least: float = 1e-4,
    trained: float = 1e-3,
) -> Iterator[Finding]:
    """The rows can no longer be told apart behind the last hidden layer.

    ## What it means
    Every layer multiplies what tells two rows apart by some factor. With initial weights that are
    too small, or with squashing activations one after the other, that factor is below one, and
    after many layers nothing is left: all rows look the same to the output layer, which can only
    learn the average. The gradient may show nothing of it.

    ## How it is measured
    Spread is the standard deviation over the rows, averaged over the units, in training mode with
    dropout off. The finding needs a spread of the last hidden layer and of every output below
    `least` (0.0001) of that of the first layer, and below 0.001 in itself. Sick: 12 ReLU layers
    from RandomNormal(0.05) 3e-7, 12 sigmoid layers 5e-6. Healthy: 6 sigmoid layers 7e-4, 12 ReLU
    layers with default weights 4e-3, 12 tanh layers 0.35. After training, where all predictions
    are the same to a thousandth of their size, `trained` (0.001) is enough: then nobody has to
    ask any more whether the model can make up for it.

    ## Example
    ```python
    small = keras.initializers.RandomNormal(0, 0.01)
    model = keras.Sequential([keras.Input((10,))])
    for _ in range(10):
        model.add(keras.layers.Dense(32, activation="relu", kernel_initializer=small))
    model.add(keras.layers.Dense(3, activation="softmax"))
    ```

    ## What the treatment does
    `he_normal` makes the weights as large as the width of each layer asks for, so that ReLU layers
    keep the spread. A sigmoid's slope is at most a quarter, so that each such layer takes three
    quarters away; ReLU in its place lets half of the values through as they are. Where neither is
    the cause, normalising between the layers helps.

    ## When to ignore it
    When a part of the model is meant to be switched on later, from an output that starts at 0.

    ## References
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015, section 2.2. Spreads
    measured with Keras 3.15 on 10 features, layers of 32 units.
    """
    weighted = {layer.name for layer in layers.layers if layer.units and layer.kind != "Embedding"}
    hidden = [one for one in activations.layers if one.layer in weighted and not one.is_output]
    outputs = [one for one in activations.layers if one.is_output]
    if len(hidden) < FEW_LAYERS or not outputs or not hidden[0].spread > 0:
        message = "it takes three hidden layers, the first of which tells rows apart"
        raise DoesNotApplyError(message)
    done = activations.after_training and all(one.spread <= SAME * one.largest for one in outputs)
    least = max(least, trained) if done else least
    limit = min(least * hidden[0].spread, SMALL)
    if 0 < hidden[-1].spread < limit and all(one.spread < limit for one in outputs):
        yield _finding(hidden, activations, least)


def _finding(hidden: list[LayerActivation], activations: Activations, least: float) -> Finding:
    first, last = hidden[0], hidden[-1]
    ratio = last.spread / first.spread
    when = "After training" if activations.after_training else "At the weights it starts from"
    return Finding(
        title=f"Rows can no longer be told apart at `{last.layer}`",
        says=f"{when}, the {activations.rows:,} rows looked at differ by {figure(first.spread)} at "
        f"`{first.layer}` and by {figure(last.spread)} at `{last.layer}`, {len(hidden)} layers "
        "on. The output layer gets nearly the same values for every row.",
        where=Where(layer=last.layer),
        measured={"spread, last hidden layer over first": ratio, "rows": activations.rows},
        expected={"spread, last hidden layer over first": f"above {least:g}"},
    )


@fading_signal.treatment("Start at weights of the right size", effect="model")
def start_at_the_right_size(_finding: Finding, cell: Cell) -> Cell | None:
    """Use `he_normal`, which makes weights larger where a layer has few inputs."""
    written = [call for call in cell.calls if _is_fixed(call)]
    for call in written:
        cell = cell.with_argument(call.name, "kernel_initializer", '"he_normal"', at=call)
    return cell if written else None


def _is_fixed(call: Call) -> bool:
    return initializer_name(call.argument("kernel_initializer")) in SIZES


@fading_signal.treatment("Use ReLU in the hidden layers", effect="model")
def use_relu(_finding: Finding, cell: Cell) -> Cell | None:
    """Give the hidden sigmoid layers `relu` with `he_normal` weights; the head stays as it is."""
    return with_relu(cell) if hidden_sigmoids(cell) else None


@fading_signal.treatment("Normalise between the layers", effect="advice")
def normalise_between(_finding: Finding, _cell: Cell) -> str:
    """Put `BatchNormalization` between the layers, or skip some."""
    return (
        "Put `BatchNormalization()` after each hidden layer, or add the input of a block to its "
        "output."
    )
