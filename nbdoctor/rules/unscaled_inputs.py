"""Large input values make the first predictions wild."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.inputs import Inputs, InputTensor
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, figure, rule

NORMALISING = frozenset(
    ("Rescaling", "Normalization", "BatchNormalization", "LayerNormalization", "Embedding"),
)
BYTE, HALF_BYTE = 255, 127
"""Pixels are bytes: largest value, and the largest that a smaller scale could still mean."""


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="The scale of the inputs does not throw the first predictions off",
    explains=(
        "loss-starts-high",
        "saturated-units",
        "dead-units",
        "exploding-gradient",
        "learning-rate-too-high",
        "baseline-not-beaten",
    ),
)
def unscaled_inputs(
    inputs: Inputs,
    loss: LossAtInit,
    layers: Layers | None,
    /,
    *,
    largest: float = 10.0,
    times: float = 3.0,
) -> Iterator[Finding]:
    """The inputs are so large that the first predictions are far off.

    ## What it means
    Initial weights are made for inputs of about 1. Values of a hundred make the first outputs a
    hundred times too large: the loss starts high, the first steps go to undoing that, sigmoid
    and softmax saturate, and a rate that suits one column does not suit the next.

    ## How it is measured
    Two things must hold together. The first layer with weights receives values beyond `largest`
    (10) in size, and the loss of the first batch is more than `times` (3) the loss of an
    untrained model with this head (the logarithm of the number of classes, or the mean square of
    the targets). Either alone is no fault: values up to 10 trained well (0.91), and so did 0 to
    255 behind BatchNormalization (0.945); raw pixels start at 24 to 48 where 2.30 is expected.

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
    scaled the same way. For other numbers it shows how a `Normalization` layer learns the scale
    of each column from the training rows.

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
    if loss.reference is None:
        message = "what an untrained model loses is not known for this loss"
        raise DoesNotApplyError(message)
    starts_high = loss.data > times * loss.reference
    for tensor in inputs.tensors if starts_high else ():
        if _size(tensor) > largest and not NORMALISING & set(tensor.entry_ops):
            yield _finding(tensor, loss.data, loss.reference, largest)


def _size(tensor: InputTensor) -> float:
    """The largest absolute value that the first layer with weights receives."""
    return max(abs(value) for value in _entry(tensor))


def _entry(tensor: InputTensor) -> tuple[float, float]:
    if tensor.entry_minimum is None or tensor.entry_maximum is None:
        return 0.0, 0.0
    return tensor.entry_minimum, tensor.entry_maximum


def _finding(tensor: InputTensor, loss: float, reference: float, largest: float) -> Finding:
    low, high = _entry(tensor)
    layer = f"`{tensor.entry_layer}`" if tensor.entry_layer else "The first layer with weights"
    return Finding(
        title="The inputs are large for freshly made weights",
        says=(
            f"{layer} receives values from {figure(low)} to {figure(high)}, and the loss starts "
            f"at {figure(loss)}, {figure(loss / reference, 2)} times what an untrained model with "
            f"this head shows ({figure(reference)}). The first steps go to undoing that."
        ),
        where=Where(variable=tensor.variable, layer=tensor.entry_layer),
        measured={
            "smallest value": low,
            "largest value": high,
            "loss at start": loss,
            **_scale(tensor),
        },
        expected={
            "largest value": f"about 1, {largest:g} at most",
            "loss at start": f"about {figure(reference)}",
        },
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
    if divisor is None:
        return None
    if cell.calls_of("Rescaling"):
        return cell
    layer = _spelled(cell, "Rescaling")
    models = cell.calls_of("Sequential")
    if not layer or len(models) != 1 or not models[0].arguments[:1]:
        return f"Put `Rescaling(1 / {divisor})` in front of the first layer, where it is built."
    if not models[0].arguments[0].text.startswith("["):
        return f"Add `{layer}(1 / {divisor})` to the model before its first layer."
    return cell.with_first_item(
        "Sequential",
        f"{layer}(1 / {divisor})",
        after=("Input", "InputLayer"),
    )


def _spelled(cell: Cell, kind: str) -> str:
    """`kind` as this cell writes its layers, "" when it does not show."""
    for call in cell.calls:
        module = call.callee.rpartition(".")[0]
        if module.endswith("layers"):
            return f"{module}.{kind}"
    return f"{cell.keras}.layers.{kind}" if cell.keras else ""


@unscaled_inputs.treatment("Learn the scale of each column", effect="judgement")
def learn_the_scale(finding: Finding, cell: Cell) -> str | None:
    """Let a `Normalization` layer take mean and spread from the training rows."""
    if "whole numbers up to" in finding.measured:
        return None
    layer = _spelled(cell, "Normalization") or "Normalization"
    name = finding.where.variable or "x"
    return (
        f"Make `normalise = {layer}()`, call `normalise.adapt({name})` on the training rows, and "
        "put `normalise` in front of the first layer."
    )
