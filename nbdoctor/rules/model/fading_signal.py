"""Activations that become identical across rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import Call
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.activations import hidden_sigmoids, with_relu
from nbdoctor.cell.edits.initializers import SIZES, initializer_name
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.layers import Layers
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

SMALL = 1e-3
"""A spread that an output layer with weights near 1 cannot turn into different predictions."""

SAME = 1e-3
"""Predictions whose spread is at most this share of their size count as identical."""

FEW_LAYERS = 3
"""The first, the last and at least one between them."""


NORMALISING = frozenset(
    {"BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization"}
)


@dataclass(frozen=True, slots=True)
class _Facts:
    """Whether a normalisation stands after each hidden layer already."""

    normalised: bool


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="The activations of the last hidden layer differ between rows",
    explains=(
        "constant-predictions",
        "fails-to-memorise",
        "baseline-not-beaten",
        "weights-stand-still",
        "learning-rate-too-low",
        "majority-class-only",
        "too-few-steps",
    ),
    gated=True,
)
def fading_signal(
    activations: Activations,
    layers: Layers,
    /,
    *,
    least: float = 1e-4,
    trained: float = 1e-3,
) -> Iterator[Finding]:
    """The activations of the last hidden layer are nearly identical for all rows.

    ## What it means
    Every layer multiplies the difference between two rows by some factor. With initial weights that
    are too small, or with several sigmoid layers in a row, that factor is below one, and after many
    layers all rows look the same to the output layer, which can then only learn the average. The
    gradients may look normal.

    ## How it is measured
    The spread of a layer is the standard deviation over the rows, averaged over the units, in
    training mode with dropout off. The spread of the last hidden layer and of every output must be
    below `least` (0.0001) times that of the first layer, and below 0.001. Faulty: 12 ReLU layers
    initialised by RandomNormal(0.05) had 3e-7, 12 sigmoid layers 5e-6. Healthy: 6 sigmoid layers
    7e-4, 12 ReLU layers with default weights 4e-3, 12 tanh layers 0.35. After training, if the
    spread of all predictions is at most a thousandth of their size, a ratio below `trained` (0.001)
    is enough: then it is known that the model did not compensate for it.

    ## Example
    ```python
    small = keras.initializers.RandomNormal(0, 0.01)
    model = keras.Sequential([keras.Input((10,))])
    for _ in range(10):
        model.add(keras.layers.Dense(32, activation="relu", kernel_initializer=small))
    model.add(keras.layers.Dense(3, activation="softmax"))
    ```

    ## What the treatment does
    `he_normal` scales the initial weights by the number of inputs of each layer, so that ReLU
    layers preserve the spread. The slope of a sigmoid is at most a quarter, so each such layer
    reduces the spread to a quarter or less; ReLU passes positive values unchanged. If neither is
    the cause, normalisation layers or skip connections help.

    ## When to ignore it
    When a part of the model is meant to start with an output of 0 and to become active later.

    ## References
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015, section 2.2. Spreads measured
    with Keras 3.15 on 10 features, layers of 32 units.
    """
    weighted = {layer.name for layer in layers.layers if layer.units and layer.kind != "Embedding"}
    hidden = [one for one in activations.layers if one.layer in weighted and not one.is_output]
    outputs = [one for one in activations.layers if one.is_output]
    if len(hidden) < FEW_LAYERS or not outputs or not hidden[0].spread > 0:
        message = "at least three hidden layers are needed, and rows that differ in the first"
        raise DoesNotApplyError(message)
    done = activations.after_training and all(one.spread <= SAME * one.largest for one in outputs)
    least = max(least, trained) if done else least
    limit = min(least * hidden[0].spread, SMALL)
    if 0 < hidden[-1].spread < limit and all(one.spread < limit for one in outputs):
        stands = sum(layer.kind in NORMALISING for layer in layers.layers)
        yield _finding(hidden, activations, least, _Facts(stands >= len(hidden) - 1))


def _finding(
    hidden: list[LayerActivation], activations: Activations, least: float, facts: _Facts
) -> Finding:
    first, last = hidden[0], hidden[-1]
    ratio = last.spread / first.spread
    when = "After training" if activations.after_training else "Before training"
    return Finding(
        title=f"Activations become identical across rows at `{last.layer}`",
        says=f"{when}, the standard deviation over the {activations.rows:,} rows examined is "
        f"{figure(first.spread)} at `{first.layer}` and {figure(last.spread)} at `{last.layer}` "
        f"(hidden layers 1 and {len(hidden)}). The output layer gets nearly the same values for "
        "every row.",
        where=Where(layer=last.layer),
        measured={"spread over rows, last hidden layer / first": ratio},
        expected={"spread over rows, last hidden layer / first": f"above {least:g}"},
        facts=facts,
    )


@fading_signal.treatment("Use He initialisation", effect="model")
def use_he_initialisation(_finding: Finding, cell: Cell) -> Cell | None:
    """Use `he_normal`, which scales the initial weights by the number of inputs of each layer."""
    written = [call for call in cell.calls if _is_fixed(call)]
    for call in written:
        cell = cell.with_argument(call.name, "kernel_initializer", '"he_normal"', at=call)
    return cell if written else None


def _is_fixed(call: Call) -> bool:
    return initializer_name(call.argument("kernel_initializer")) in SIZES


@fading_signal.treatment("Use ReLU in the hidden layers", effect="model")
def use_relu(_finding: Finding, cell: Cell) -> Cell | None:
    """Give the hidden sigmoid layers `relu` and `he_normal`; the output layer does not change."""
    return with_relu(cell) if hidden_sigmoids(cell) else None


@fading_signal.treatment("Add normalisation or skip connections", effect="advice")
def normalise_between(finding: Finding, _cell: Cell) -> str:
    """Add `BatchNormalization` between the layers, or skip connections."""
    if facts_of(finding, _Facts).normalised:
        return (
            "Add the input of a block to its output (a skip connection). A normalisation stands "
            "after the hidden layers already: see that the step runs it in training mode."
        )
    return (
        "Add `BatchNormalization()` after each hidden layer, or add the input of a block to its "
        "output (a skip connection)."
    )
