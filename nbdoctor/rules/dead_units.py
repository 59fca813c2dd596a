"""Hidden units that put out zero for every row."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import ACTIVATION_POSITION
from nbdoctor.probes.activations import Activations, LayerActivation
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.inputs import Inputs
from nbdoctor.probes.layers import Layer, Layers
from nbdoctor.probes.wiring import WEIGHTED
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

TOSSES = 3.0
"""Standard deviations of as many coin tosses as there are units: 1 in 700 by chance."""


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="Most ReLU units answer to some row",
    explains=(
        "constant-predictions",
        "baseline-not-beaten",
        "weights-stand-still",
        "too-few-steps",
    ),
)
def dead_units(  # noqa: PLR0913  (four readings, two thresholds)
    activations: Activations,
    layers: Layers | None,
    inputs: Inputs | None,
    fit: Fit | None,
    /,
    *,
    most: float = 0.4,
    rows: float = 256,
) -> Iterator[Finding]:
    """ReLU units that put out zero for every row.

    ## What it means
    A ReLU unit whose input is below zero for every row puts out nothing, gets no gradient and
    does not learn again. The layer works as if it were narrower. Long steps push units there;
    so does a bias that starts far below zero.

    ## How it is measured
    On `rows` (256) rows or more, or on all training rows where there are fewer, a unit counts as
    dead when it is never above zero; a share of zeros is no evidence, because ReLU makes about
    half of all values zero. The finding needs a share of `most` (0.4): healthy networks had 0.05
    at birth and up to 0.28 at their best score, sick ones 0.66 to 0.97. An output layer is
    reported when it puts out nothing but zeros.
    Before any training, and where all inputs have one sign, half of the units may point away from
    the data by the toss of a coin (0.50 of 64 units for one column between 0 and 1), and the
    other half learns well. There the count must exceed half by three standard deviations of that
    toss, or be all: then nothing passes.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = np.random.randint(0, 3, size=512)

    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(64, activation="relu", bias_initializer=keras.initializers.Constant(-9)),
        keras.layers.Dense(3, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y)
    ```

    ## What the treatment does
    `leaky_relu` lets a small part of the negative side through, so that a unit can come back. A
    lower rate keeps units from being pushed there in the first place; both need the model to be
    trained from the start.

    ## When to ignore it
    When the layer is much wider than it needs to be and the score is good.

    ## References
    Lu, Shin, Su and Karniadakis, "Dying ReLU and initialization", 2019. The shares were measured
    with Keras 3.15 on two hidden layers of 32 units.
    """
    if activations.rows < rows and (fit is None or fit.rows != activations.rows):
        message = f"it takes {rows:g} rows to call a unit dead, and {activations.rows} were read"
        raise DoesNotApplyError(message)
    relus = [one for one in activations.layers if one.dead_share is not None]
    if not relus:
        message = "no layer is a ReLU"
        raise DoesNotApplyError(message)
    tossed = _tossed(activations, layers, inputs)
    for layer in relus:
        if layer.dead_share is None or layer.dead_share < (1.0 if layer.is_output else most):
            continue
        dead = round(layer.dead_share * layer.units)
        if not tossed or dead > _by_toss(layer.units) or dead == layer.units:
            yield _finding(layer, dead, activations, most, _source_of(layer, layers))


def _tossed(activations: Activations, layers: Layers | None, inputs: Inputs | None) -> bool:
    """Whether half of the units may be dead by chance alone."""
    trained = activations.after_training or (layers is not None and layers.pretrained)
    return not trained or any(
        tensor.entry_minimum is not None
        and tensor.entry_maximum is not None
        and (tensor.entry_minimum >= 0 or tensor.entry_maximum <= 0)
        for tensor in (inputs.tensors if inputs is not None else ())
    )


def _by_toss(units: int) -> float:
    return units / 2 + TOSSES * math.sqrt(units) / 2


def _source_of(layer: LayerActivation, layers: Layers | None) -> Layer | None:
    known = layers.layers if layers is not None else ()
    return next((found for found in known if found.name == layer.layer), None)


def _finding(
    layer: LayerActivation,
    dead: int,
    activations: Activations,
    most: float,
    source: Layer | None,
) -> Finding:
    rows, left = activations.rows, layer.units - dead
    when = "After training" if activations.after_training else "At the weights it starts from"
    works = f"works with {left:,} units" if left else "passes nothing on"
    works = "says the same for every row" if layer.is_output else works
    return Finding(
        title=f"{dead:,} of {layer.units:,} units of `{layer.layer}` never answer",
        says=(
            f"{when}, {dead:,} of {layer.units:,} units in `{layer.layer}` put out 0 for all "
            f"{rows:,} rows looked at. They get no gradient and do not learn again, so the layer "
            f"{works}."
        ),
        where=Where(
            layer=layer.layer,
            call=layer.kind if layer.kind in WEIGHTED else "",
            line=source.line if source is not None else None,
        ),
        measured={
            "share of dead units": layer.dead_share or 0.0,
            "rows": rows,
            "measured": "after training" if activations.after_training else "before training",
        },
        expected={"share of dead units": f"below {most:g}"},
    )


@dead_units.treatment("Let a little through below zero", effect="model")
def use_leaky_relu(finding: Finding, cell: Cell) -> Cell | str:
    """Use `leaky_relu`, which keeps a small gradient on the negative side."""
    kind, line = finding.where.call, finding.where.line
    written = [call for call in cell.calls_of(kind) if call.line == line]
    if len(written) != 1 or written[0].argument("activation", ACTIVATION_POSITION[kind]) is None:
        return f'Build `{finding.where.layer}` with `activation="leaky_relu"`.'
    return cell.with_argument(
        kind,
        "activation",
        '"leaky_relu"',
        position=ACTIVATION_POSITION[kind],
        line=line,
    )


@dead_units.treatment("Start anew", effect="advice")
def start_anew(finding: Finding, _cell: Cell) -> str:
    """Build the model anew, with shorter steps or with the default initial weights."""
    layer = finding.where.layer
    if finding.measured["measured"] == "after training":
        return (
            f"Dead units of `{layer}` do not come back by themselves: build the model anew and "
            "train it with a tenth of the learning rate."
        )
    return (
        f"If `{layer}` is new, look at its initial weights and biases and at the scale of what it "
        "receives; if it was trained before, build the model anew and take a tenth of the rate."
    )
