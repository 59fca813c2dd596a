"""Large input values, and what they lead to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.layer_edit import spelled, with_layer_first, with_normalisation
from nbdoctor.probes.activations import Activations
from nbdoctor.probes.inputs import Inputs, InputTensor
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.score import share_reached
from nbdoctor.probes.signal import Signal
from nbdoctor.probes.trained import Trained, has_learned
from nbdoctor.probes.updates import Updates
from nbdoctor.probes.weights import Weights
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Kind, Value, Where, figure, rule

NORMALISING = frozenset(
    ("Rescaling", "Normalization", "BatchNormalization", "LayerNormalization", "Embedding"),
)
LARGE_GAIN = 3.0
"""As in `large-initial-weights`."""

SLOWER = 0.1
"""As in `saturated-units`."""

CHANCE = 0.05
"""Usual level of a test against shuffled targets."""

FEWEST_SCORED = 8
"""Rows below which a score can be half of what it is by chance."""

NARROW = 0.25
"""A smallest value above this share of the largest: what differs between rows is less than that."""

BYTE, HALF_BYTE = 255, 127
"""Pixels are bytes: largest value, and the largest that a smaller scale could still mean."""


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="The scale of the inputs does not hold training back",
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
    ),
)
def unscaled_inputs(  # noqa: PLR0913, PLR0917  (what large inputs may be seen by)
    inputs: Inputs,
    layers: Layers | None,
    loss: LossAtInit | None,
    activations: Activations | None,
    updates: Updates | None,
    signal: Signal | None,
    trained: Trained | None,
    weights: Weights | None,
    /,
    *,
    largest: float = 10.0,
    times: float = 3.0,
    saturated: float = 0.5,
    reached: float = 0.5,
) -> Iterator[Finding]:
    """The inputs are so large that training suffers from it.

    ## What it means
    Initial weights are made for inputs of about 1. Values of a hundred make the first outputs a
    hundred times too large: the loss starts high, the first steps go to undoing that, sigmoid
    and tanh saturate, and a rate that suits one column does not suit the next.

    ## How it is measured
    Large inputs alone are no fault. The first layer with weights receives values beyond `largest`
    (10) in size, and one of their consequences was measured as well:

    - the loss of the first batch is more than `times` (3) the loss of an untrained model with this
      head (the logarithm of the number of classes, or the mean square of the targets), and the
      weights of that layer are not further from what is usual than the inputs are from 1;
    - more than `saturated` (0.5) of the values of that layer's sigmoid or tanh lie where its slope
      is below 0.01, and its first step was less than a tenth of the other layers';
    - after training, the score of training rows is less than `reached` (0.5) of the way from the
      best constant answer to a linear model, which sees the same columns standardised and is
      scored on rows that it was not fitted on. Other faults show in this way, too, so that this
      is a hint, and it is the root mean square of the values that has to be beyond `largest`.

    Where the trained model has learned its rows all the same (accuracy or R² of 0.9), the finding
    becomes a note. Values up to 10 trained well (0.91), and so did 0 to 255 behind
    BatchNormalization (0.945); raw pixels start at 24 to 48 where 2.30 is expected.

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
    For whole numbers from 0 to 255 it puts a `Rescaling` layer in front, so that new data is
    scaled the same way. For other numbers a `Normalization` layer learns the scale of each column
    from the training rows. Where that alone does not help, it is tried together with Adam: a
    rate that was small enough for raw inputs is too small for scaled ones.

    ## When to ignore it
    When the model learns well: with Adam a network on raw pixels may reach the same score. With
    plain SGD the rate has to grow with the scaling: scaling alone made one such model worse
    (0.566 to 0.458). Inputs of an embedding and inputs that the model normalises are not judged.

    ## References
    LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, section 4.3. The two limits lie
    between the healthy and the sick models measured with Keras 3.15 that are quoted above.
    """
    if layers is not None and (layers.embeds_inputs or layers.normalises_inputs):
        message = "the model scales or embeds its inputs itself"
        raise DoesNotApplyError(message)
    large = [
        tensor
        for tensor in inputs.tensors
        if _size(tensor) > largest and not NORMALISING & set(tensor.entry_ops)
    ]
    for tensor in large:
        seen = (
            (_is_the_larger(tensor, weights) and _starts_high(loss, times))
            or _saturates(tensor, activations, updates, saturated)
            or (_bulk(tensor) > largest and _falls_behind(signal, trained, reached))
            or None
        )
        if seen is not None:
            yield _finding(tensor, seen, largest, overcome=has_learned(trained))


@dataclass(frozen=True)
class _Consequence:
    """What the size of the inputs has led to, in a sentence and in numbers."""

    says: str
    measured: Mapping[str, Value]
    expected: Mapping[str, Value]
    kind: Kind = "strong"


def _is_the_larger(tensor: InputTensor, weights: Weights | None) -> bool:
    """Whether the first outputs are large for the inputs rather than for large weights."""
    met = [one for one in weights.weights if one.layer == tensor.entry_layer] if weights else []
    gains = [one.gain for one in met if one.drawn is not None and one.gain >= LARGE_GAIN]
    return _bulk(tensor) > max(gains, default=0.0)


def _starts_high(loss: LossAtInit | None, times: float) -> _Consequence | None:
    """The first predictions are far off."""
    if loss is None or loss.reference is None or not loss.data > times * loss.reference:
        return None
    start, reference = figure(loss.data), figure(loss.reference)
    return _Consequence(
        f"The loss starts at {start}, {figure(loss.data / loss.reference, 2)} times what an "
        f"untrained model with this head shows ({reference}). The first steps go to undoing that.",
        {"loss at start": loss.data},
        {"loss at start": f"about {reference}"},
    )


def _saturates(
    tensor: InputTensor,
    activations: Activations | None,
    updates: Updates | None,
    most: float,
) -> _Consequence | None:
    """The first layer is at the flat ends of its curve and learns nothing."""
    if activations is None or updates is None or not tensor.entry_layer:
        return None
    share = max(
        (
            one.saturated_share or 0.0
            for one in activations.layers
            if one.layer == tensor.entry_layer
        ),
        default=0.0,
    )
    own = [kernel.ratio for kernel in updates.kernels if kernel.layer == tensor.entry_layer]
    others = [kernel.ratio for kernel in updates.kernels if kernel.layer != tensor.entry_layer]
    if share <= most or not own or not others or max(own) >= SLOWER * median(others):
        return None
    return _Consequence(
        f"{figure(100 * share)} % of its values are at the flat ends of its activation, and its "
        f"first step was {figure(max(own) / median(others))} times as large, for its size, as that "
        "of the other layers.",
        {"share of saturated values": share},
        {"share of saturated values": f"at most {most:g}"},
    )


def _falls_behind(
    signal: Signal | None, trained: Trained | None, reached: float
) -> _Consequence | None:
    """A linear model of the same columns, standardised, is far better than the trained model."""
    if signal is None or trained is None or trained.score is None or trained.rows < FEWEST_SCORED:
        return None
    share = share_reached(trained.score, signal, signal.linear)
    if share is None or signal.p_linear > CHANCE or share >= reached:
        return None
    return _Consequence(
        f"After training, the model's {signal.score} on {trained.score.rows} training rows is "
        f"{figure(trained.score.value, 2)}; a linear model of the same columns, each scaled to a "
        f"spread of 1, has {figure(signal.linear, 2)} on rows that it was not fitted on.",
        {f"{signal.score} after training": trained.score.value},
        {f"{signal.score} after training": f"at least {figure(signal.linear, 2)}"},
        kind="hint",  # another fault of the model would show in the same way
    )


def _size(tensor: InputTensor) -> float:
    """The largest absolute value that the first layer with weights receives."""
    return max(abs(value) for value in _entry(tensor))


def _bulk(tensor: InputTensor) -> float:
    """Root mean square of what that layer receives: a few far values do not make it large."""
    return math.hypot(tensor.entry_mean or 0.0, tensor.entry_std or 0.0)


def _entry(tensor: InputTensor) -> tuple[float, float]:
    if tensor.entry_minimum is None or tensor.entry_maximum is None:
        return 0.0, 0.0
    return tensor.entry_minimum, tensor.entry_maximum


def _finding(tensor: InputTensor, seen: _Consequence, largest: float, *, overcome: bool) -> Finding:
    low, high = _entry(tensor)
    layer = f"`{tensor.entry_layer}`" if tensor.entry_layer else "The first layer with weights"
    return Finding(
        title="The inputs are large for freshly made weights",
        says=f"{layer} receives values from {figure(low)} to {figure(high)}. {seen.says}",
        where=Where(variable=tensor.variable, layer=tensor.entry_layer),
        measured={
            "smallest value": low,
            "largest value": high,
            **seen.measured,
            **_scale(tensor),
        },
        expected={"largest value": f"about 1, {largest:g} at most", **seen.expected},
        kind=seen.kind,
        severity="note" if overcome else None,
    )


def _scale(tensor: InputTensor) -> dict[str, Value]:
    """What whole numbers from 0 to a byte have to be divided by to end at 1."""
    low, high = _entry(tensor)
    if not tensor.integral or low < 0 or high > BYTE:
        return {}
    return {"whole numbers up to": BYTE if high > HALF_BYTE else round(high)}


@unscaled_inputs.treatment("Scale the inputs in the model", effect="model")
def scale_in_the_model(finding: Finding, cell: Cell) -> Cell | str | None:
    """Put a `Rescaling` layer first, so that every input is scaled, at `predict` as well."""
    divisor = finding.measured.get("whole numbers up to")
    if divisor is None or _is_far_from_0(finding):
        return None
    try:
        return _rescaled(finding, cell)
    except CannotEditError:
        return f"Put `Rescaling(1 / {divisor})` in front of the first layer, where it is built."


def _is_far_from_0(finding: Finding) -> bool:
    """Whether a factor alone would leave the values side by side: 65 to 70 becomes 0.93 to 1."""
    low, high = float(finding.measured["smallest value"]), float(finding.measured["largest value"])
    return low > NARROW * high


def _rescaled(finding: Finding, cell: Cell) -> Cell:
    if cell.calls_of("Rescaling"):
        return cell
    divisor = finding.measured["whole numbers up to"]
    return with_layer_first(cell, f"{spelled(cell, 'Rescaling')}(1 / {divisor})")


@unscaled_inputs.treatment("Learn the scale of each column", effect="model")
def learn_the_scale(finding: Finding, cell: Cell) -> Cell | str | None:
    """Let a `Normalization` layer take mean and spread of each column from the training rows."""
    if "whole numbers up to" in finding.measured and not _is_far_from_0(finding):
        return None
    try:
        return with_normalisation(cell, finding.where.variable)
    except CannotEditError:
        name = finding.where.variable or "x"
        return (
            "Make `normalise = Normalization()`, a layer of Keras, call "
            f"`normalise.adapt({name})` on the training rows, and put `normalise` in front of the "
            "first layer."
        )


@unscaled_inputs.treatment("Scale the inputs, and take Adam", effect="model", pair=True)
def scale_and_take_adam(finding: Finding, cell: Cell) -> Cell | None:
    """Scale the inputs and let Adam choose the steps: the rate was made for raw inputs."""
    compiled = cell.calls_of("compile")
    present = compiled[0].argument("optimizer", 0) if len(compiled) == 1 else None
    if present is None or present.text.strip("\"'").lower() == "adam":
        return None
    try:
        byte = "whole numbers up to" in finding.measured and not _is_far_from_0(finding)
        scaled = (
            _rescaled(finding, cell) if byte else with_normalisation(cell, finding.where.variable)
        )
    except CannotEditError:
        return None
    return scaled.with_argument("compile", "optimizer", '"adam"', position=0)
