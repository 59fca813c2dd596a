"""ReLU units that are dead."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import ACTIVATION_POSITION
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.wiring import WEIGHTED
from nbdoctor.rules.enough import too_few_rows
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

DEVIATIONS = 3.0
"""Standard deviations above half of the units (binomial with p = 1/2): 1 in 700 by chance."""


@dataclass(frozen=True, slots=True)
class _Facts:
    after_training: bool


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="Most ReLU units are active for some row",
    explains=(
        "constant-predictions",
        "baseline-not-beaten",
        "weights-stand-still",
        "too-few-steps",
    ),
    gated=True,
)
def dead_units(  # noqa: PLR0913, PLR0917  (six readings, two thresholds)
    activations: Activations,
    layers: Layers | None,
    inputs: Inputs | None,
    fit: Fit | None,
    trained: Trained | None,
    attained: Attained | None,
    /,
    *,
    most: float = 0.4,
    rows: float = 256,
) -> Iterator[Finding]:
    """ReLU units whose output is zero for every row (dead ReLU).

    ## What it means
    A ReLU unit whose input is negative for every row outputs 0, gets no gradient and does not learn
    any more. The layer then works as if it had fewer units. Too high a learning rate causes this,
    and so does a bias that is initialised far below zero.

    ## How it is measured
    A unit counts as dead if its output is never above zero on at least `rows` (256) rows, or on all
    training rows if there are fewer, and if these rows are not all the same in a layer before. A
    share of zeros is no evidence, because ReLU makes about half
    of all values zero. The share of dead units must be at least `most` (0.4): healthy networks had
    0.05 before training and up to 0.28 at their best score, faulty ones 0.66 to 0.97. An output
    layer is reported only if all its units are dead.

    Before training, and if all inputs have the same sign, about half of the units may be dead by
    chance (0.50 of 64 units for one column between 0 and 1), and the other half still learns well.
    In these cases the number of dead units must exceed half by three standard deviations of a
    binomial distribution, or all units must be dead.

    A layer may be wider than it has to be. So after training the finding is a note, unless the
    model is clearly worse than simple models on the same rows, or no unit of the layer is left.

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
    `leaky_relu` has a small slope below zero, so that a unit can become active again. A lower
    learning rate keeps units from dying in the first place. With either change the model has to be
    trained from new weights.

    ## When to ignore it
    When the layer is much wider than needed and the score is good.

    ## References
    Lu, Shin, Su and Karniadakis, "Dying ReLU and initialization", 2019. The shares were measured
    with Keras 3.15 on two hidden layers of 32 units.
    """
    if trained is not None and trained.non_finite:
        message = "weights are NaN or infinite, and so is what the units compute"
        raise DoesNotApplyError(message)
    if activations.rows < rows and (fit is None or fit.rows != activations.rows):
        too_few_rows(rows, activations.rows, hurried=activations.hurried)
    if activations.first_non_finite:
        message = "values are NaN or infinite, which is no death of units"
        raise DoesNotApplyError(message)
    relus = [one for one in activations.layers if one.dead_share is not None]
    if not relus:
        message = "no layer has a ReLU"
        raise DoesNotApplyError(message)
    half = _half_by_chance(activations, layers, inputs)
    for layer in relus:
        if layer.dead_share is None or layer.dead_share < (1.0 if layer.is_output else most):
            continue
        if _gets_equal_rows(layer, activations):
            continue
        dead = round(layer.dead_share * layer.units)
        if not half or dead > _most_by_chance(layer.units) or dead == layer.units:
            finding = _finding(layer, dead, activations, most, _source_of(layer, layers))
            harmless = _shows_no_harm(activations, attained) and dead < layer.units
            yield replace(finding, severity="note" if harmless else None)


def _gets_equal_rows(layer: LayerActivation, activations: Activations) -> bool:
    """Whether the rows are the same before this layer already, so that its units are no cause."""
    return layer.spread == 0 and activations.constant_from not in {"", layer.layer}


def _shows_no_harm(activations: Activations, attained: Attained | None) -> bool:
    """Whether the trained model is not known to be worse than it could be."""
    return activations.after_training and (attained is None or not attained.has_gap)


def _half_by_chance(activations: Activations, layers: Layers | None, inputs: Inputs | None) -> bool:
    """Whether about half of the units may be dead by chance."""
    trained = activations.after_training or (layers is not None and layers.pretrained)
    return not trained or any(
        tensor.entry_minimum is not None
        and tensor.entry_maximum is not None
        and (tensor.entry_minimum >= 0 or tensor.entry_maximum <= 0)
        for tensor in (inputs.tensors if inputs is not None else ())
    )


def _most_by_chance(units: int) -> float:
    return units / 2 + DEVIATIONS * math.sqrt(units) / 2


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
    trained = activations.after_training
    when = "After training" if trained else "Before training"
    of = f"{dead:,} of {layer.units:,}"
    units = "unit" if left == 1 else "units"
    works = f"works with {left:,} {units}" if left else "outputs only zeros"
    works = "predicts the same for every row" if layer.is_output else works
    return Finding(
        title=f"{of} ReLU units in `{layer.layer}` are dead (output 0 for every row)",
        says=f"{when}, {of} units in `{layer.layer}` output 0 for all {rows:,} rows examined. They "
        f"get no gradient and do not learn any more, so the layer {works}.",
        where=Where(
            layer=layer.layer,
            call=layer.kind if layer.kind in WEIGHTED else "",
            line=source.line if source is not None else None,
        ),
        measured={"share of dead units": layer.dead_share or 0.0},
        expected={"share of dead units": f"below {1 if layer.is_output else most:g}"},
        facts=_Facts(after_training=trained),
    )


@dead_units.treatment("Use leaky ReLU", effect="model")
def use_leaky_relu(finding: Finding, cell: Cell) -> Cell | str:
    """Use `leaky_relu`, which has a small slope and therefore a gradient below zero."""
    kind, line = finding.where.call, finding.where.line
    written = [call for call in cell.calls_of(kind) if call.line == line]
    if len(written) != 1 or written[0].argument("activation", ACTIVATION_POSITION[kind]) is None:
        return f'Create `{finding.where.layer}` with `activation="leaky_relu"`.'
    return cell.with_argument(
        kind,
        "activation",
        '"leaky_relu"',
        position=ACTIVATION_POSITION[kind],
        line=line,
    )


@dead_units.treatment("Reinitialise the model", effect="advice")
def reinitialise(finding: Finding, _cell: Cell) -> str:
    """Rebuild the model, with a lower learning rate or with the default initial weights."""
    layer = finding.where.layer
    if facts_of(finding, _Facts).after_training:
        return (
            f"The dead units of `{layer}` get no gradient: rebuild the model, which draws new "
            "initial weights, and train it with a tenth of the learning rate."
        )
    return (
        f"If `{layer}` is new, check its initial weights and biases and the scale of its inputs. "
        "If it was trained before, rebuild the model and use a tenth of the learning rate."
    )
