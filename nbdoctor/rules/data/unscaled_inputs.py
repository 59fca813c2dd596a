"""Large input values, and their consequences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.inputs import with_rows_scaled
from nbdoctor.cell.edits.layers import spelled, with_layer_first, with_normalisation
from nbdoctor.readings.activations import Activations
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.updates import Updates
from nbdoctor.readings.weights import Weights
from nbdoctor.rules.figures import figure
from nbdoctor.rules.input_size import (
    Consequence,
    entry_range,
    falls_behind,
    is_larger_than_weights,
    largest_size,
    overshoots,
    saturates,
    starts_high,
    typical_size,
)
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

NORMALISING = frozenset(
    ("Rescaling", "Normalization", "BatchNormalization", "LayerNormalization", "Embedding"),
)
NARROW = 0.25
"""If the smallest value is above this share of the largest, all values are far from 0 and close to
each other."""

BYTE, HALF_BYTE = 255, 127
"""Largest pixel value, and the largest value that may still belong to a smaller scale."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """`integers_up_to` is None where the values are not whole numbers from 0 to at most 255."""

    low: float
    high: float
    integers_up_to: int | None
    is_table: bool = False
    is_flat: bool = False

    @property
    def is_rescaled_by_a_factor(self) -> bool:
        """Whether dividing by the largest value is enough: 65 to 70 would become 0.93 to 1."""
        return self.integers_up_to is not None and self.low <= NARROW * self.high


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="The scale of the inputs does not slow training down",
    explains=(
        "loss-starts-high",
        "saturated-units",
        "dead-units",
        "exploding-gradient",
        "learning-rate-too-high",
        "baseline-not-beaten",
        "constant-predictions",
        "diverging-loss",
        "too-few-steps",
        "majority-class-only",
        "weights-stand-still",
        "non-finite-loss",
        "broken-weights",
        "persistence-not-beaten",
    ),
    gated=True,
    parts=("inputs",),
)
def unscaled_inputs(  # noqa: PLR0913, PLR0917  (readings that show a consequence)
    inputs: Inputs,
    layers: Layers | None,
    loss: LossAtInit | None,
    activations: Activations | None,
    updates: Updates | None,
    attained: Attained | None,
    weights: Weights | None,
    /,
    *,
    largest: float = 10.0,
    times: float = 3.0,
    saturated: float = 0.5,
    reached: float = 0.5,
) -> Iterator[Finding]:
    """Inputs so large that training suffers.

    ## What it means
    Weight initialisers assume inputs of about 1 in size. Values of about 100 make the first
    outputs 100 times too large: the loss starts high, the first steps only correct that, sigmoid
    and tanh saturate, and a learning rate that suits one column does not suit the next.

    ## How it is measured
    Large inputs alone are not a problem. The first layer with weights must receive absolute
    values above `largest` (10), and one of these consequences must have been measured as well:

    - the loss of the first batch is more than `times` (3) the loss of an untrained model with this
      head (the logarithm of the number of classes, or the mean square of the targets), and the
      weights of that layer are not further from their usual size than the inputs are from 1;
    - more than `saturated` (0.5) of the values of that layer's sigmoid or tanh have a slope below
      0.01, and the relative size of its first update was less than a tenth of that of the other
      layers;
    - the first step multiplies the loss of its own batch by more than 4, and the curvature that
      this tells of, over the square of the size of the inputs, is one at which it would not;
    - after training, the score (0 as the best constant prediction, 1 is perfect) is less than
      `reached` (0.5) of that of a linear model, which gets the same columns standardised and is
      scored on rows it has not seen. Other problems have the same effect, so this is a hint, and
      here the root mean square of the values has to be above `largest`.

    If the trained model has learned its rows all the same (a score of 0.9, or what simple models
    reach), the finding becomes a note. Values up to 10 trained well (0.91), and so did 0 to 255
    followed by BatchNormalization (0.945); with raw pixels the loss starts at 24 to 48 instead of
    2.30.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randint(0, 256, size=(512, 64))
    y = np.random.randint(0, 10, size=512)

    model = keras.Sequential([
        keras.Input((64,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y)
    ```

    ## What the treatment does
    For integers from 0 to 255 it adds a `Rescaling` layer at the start of the model, so that new
    data is scaled the same way. For other values a `Normalization` layer standardises each
    column, adapted to the training rows. Where the cell does not build the model, the rows that
    `fit` gets are scaled. Where that alone does not help, it is tried together with Adam: a rate
    that was small enough for raw inputs is too small for scaled ones.

    ## When to ignore it
    When the model trains well: with Adam a network on raw pixels may reach the same score. With
    plain SGD, scaled inputs need a larger learning rate: scaling alone made one such model worse
    (0.566 to 0.458). Inputs of an embedding and inputs that the model normalises are not judged.

    ## References
    LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, section 4.3. The two limits are
    between the values of the good and the bad models quoted above, measured with Keras 3.15.
    """
    if layers is not None and (layers.embeds_inputs or layers.normalises_inputs):
        message = "the model normalises or embeds its inputs itself"
        raise DoesNotApplyError(message)
    large = [
        tensor
        for tensor in inputs.tensors
        if largest_size(tensor) > largest and not NORMALISING & set(tensor.entry_ops)
    ]
    for tensor in large:
        seen = (
            (is_larger_than_weights(tensor, weights) and starts_high(loss, times))
            or saturates(tensor, activations, updates, saturated)
            or (typical_size(tensor) > largest and overshoots(tensor, updates))
            or (typical_size(tensor) > largest and falls_behind(attained, reached))
            or None
        )
        if seen is not None:
            yield _finding(tensor, seen, largest, overcome=has_learned(attained))


def _finding(tensor: InputTensor, seen: Consequence, largest: float, *, overcome: bool) -> Finding:
    low, high = entry_range(tensor)
    layer = f"`{tensor.entry_layer}`" if tensor.entry_layer else "The first layer with weights"
    return Finding(
        title="The inputs are not scaled",
        says=f"{layer} receives values from {figure(low)} to {figure(high)}. {seen.says}",
        where=Where(variable=tensor.variable, layer=tensor.entry_layer),
        measured={"largest absolute value": largest_size(tensor), **seen.measured},
        expected={"largest absolute value": f"about 1, at most {largest:g}", **seen.expected},
        facts=_Facts(low, high, _integers_up_to(tensor), tensor.is_table, tensor.shape == ()),
        kind=seen.kind,
        severity="note" if overcome else None,
    )


def _integers_up_to(tensor: InputTensor) -> int | None:
    """Return by what to divide integers from 0 to 255 so that they end at 1, None for others."""
    low, high = entry_range(tensor)
    if not tensor.integral or low < 0 or high > BYTE:
        return None
    return BYTE if high > HALF_BYTE else round(high)


@unscaled_inputs.treatment("Scale the inputs in the model", effect="model")
def scale_in_the_model(finding: Finding, cell: Cell) -> Cell | None:
    """Add a `Rescaling` layer at the start, so that `predict` scales its inputs as well."""
    facts = facts_of(finding, _Facts)
    return _with_layer(finding, cell) if facts.is_rescaled_by_a_factor else None


@unscaled_inputs.treatment("Add a Normalization layer", effect="model")
def add_normalization(finding: Finding, cell: Cell) -> Cell | None:
    """Standardise each column with a `Normalization` layer adapted to the training rows."""
    facts = facts_of(finding, _Facts)
    return None if facts.is_rescaled_by_a_factor else _with_layer(finding, cell)


@unscaled_inputs.treatment("Scale the rows before training", effect="training")
def scale_the_rows(finding: Finding, cell: Cell) -> Cell | str | None:
    """Scale the rows that `fit` gets; those for `predict` have to be scaled in the same way."""
    if _with_layer(finding, cell) is not None:
        return None
    facts, name = facts_of(finding, _Facts), finding.where.variable
    divisor = facts.integers_up_to if facts.is_rescaled_by_a_factor else None
    try:
        return with_rows_scaled(cell, name, divisor)
    except CannotEditError:
        pass
    if divisor is not None:
        return f"Add `Rescaling(1 / {divisor})` before the first layer, where the model is built."
    return (
        "Create a Keras layer `normalise = Normalization()`, call "
        f"`normalise.adapt({name or 'x'})` on the training rows, and add `normalise` before the "
        "first layer."
    )


def _with_layer(finding: Finding, cell: Cell) -> Cell | None:
    """With a layer in front that scales; None where the cell does not build the model."""
    facts = facts_of(finding, _Facts)
    try:
        if facts.is_rescaled_by_a_factor:
            return _rescaled(facts, cell)
        name, flat = finding.where.variable, facts.is_flat
        return with_normalisation(cell, name, is_table=facts.is_table, is_flat=flat)
    except CannotEditError:
        return None


def _rescaled(facts: _Facts, cell: Cell) -> Cell:
    if cell.calls_of("Rescaling"):
        return cell
    return with_layer_first(cell, f"{spelled(cell, 'Rescaling')}(1 / {facts.integers_up_to})")


@unscaled_inputs.treatment("Scale the inputs and use Adam", effect="model", pair=True)
def scale_and_use_adam(finding: Finding, cell: Cell) -> Cell | None:
    """Scale the inputs and train with Adam: the present learning rate was set for raw inputs."""
    compiled = cell.calls_of("compile")
    present = compiled[0].argument("optimizer", 0) if len(compiled) == 1 else None
    if present is None or present.text.strip("\"'").lower() == "adam":
        return None
    scaled = _with_layer(finding, cell)
    return scaled and scaled.with_argument("compile", "optimizer", '"adam"', position=0)
