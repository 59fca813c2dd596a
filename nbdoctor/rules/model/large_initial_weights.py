"""Initial weights that are too large."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.initializers import drawing_large, with_usual_weights
from nbdoctor.readings.activations import Activations
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.drawing import fan_in, is_as_drawn
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.weights import Weight, Weights
from nbdoctor.readings.wiring import SHAPE_ONLY, WEIGHTED, Step, Wiring
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, facts_of, rule

NORMALISERS = frozenset(
    {"BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization"}
    | {"UnitNormalization"},
)
"""Layers whose output does not depend on the scale of their input."""

PASSING = SHAPE_ONLY | {"Activation", "Add", "LeakyReLU", "ReLU"}
PASSING |= {f"{kind}Pooling{axes}D" for kind in ("Max", "Average") for axes in (1, 2, 3)}
"""Layers whose output is proportional to their input, unless their activation saturates."""

PROPORTIONAL = frozenset({"", "linear", "relu", "leaky_relu"})
"""Activations whose output is proportional to their input."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """`smallest` is the root mean square of the smallest of the kernels that are too large."""

    smallest: float


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="The initial weights do not slow training down",
    explains=(
        "loss-starts-high",
        "saturated-units",
        "vanishing-gradient",
        "exploding-gradient",
        "non-finite-loss",
        "diverging-loss",
        "baseline-not-beaten",
        "too-few-steps",
    ),
    gated=True,
    parts=("init",),
)
def large_initial_weights(  # noqa: PLR0913, PLR0917  (the weights, and readings that show a consequence)
    weights: Weights,
    layers: Layers,
    wiring: Wiring | None,
    loss: LossAtInit | None,
    activations: Activations | None,
    inputs: Inputs | None,
    attained: Attained | None,
    /,
    *,
    gain: float = 3.0,
    times: float = 3.0,
    saturated: float = 0.5,
) -> Iterator[Finding]:
    """Initial weights so large that each layer amplifies its input.

    ## What it means
    A unit computes a weighted sum of its inputs. With n inputs and weights of size s (root mean
    square) the sum is s√n times as large as an input: the gain of the layer. The default
    initializer of Keras has a gain of about 1, `he_normal` one of 1.41 because a ReLU removes half
    of the signal. A standard deviation of 1 with 784 inputs gives a gain of 28, and the gains of
    all layers multiply. The first outputs are then far off, the first steps only correct that,
    sigmoid and tanh saturate, and since the curvature of the loss grows with the square of the
    signal, the usual learning rates overshoot.

    ## How it is measured
    The gain is computed from the weights before training. It must be at least `gain` (3), which
    doubles the signal even with a ReLU, and a consequence must have been measured as well:

    - the first loss is more than `times` (3) the loss of an untrained model with this head (the
      logarithm of the number of classes, or the mean square of the targets);
    - or more than `saturated` (0.5) of the values of such a layer's sigmoid or tanh have a slope
      below 0.01;
    - or the trained model is clearly worse than simple models on the same rows, as in
      `below-simple-models`.

    With two ReLU layers of 32 units and Adam, gains of 1 to 2 started at 1.0 to 1.5 times that loss
    and reached accuracies of 0.89, a gain of 3 started at 4.1 times and reached 0.81, a gain of 10
    started at 148 times and reached 0.42. If the trained model has fitted its rows all the same
    (accuracy or R² of 0.9), the finding becomes a note.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 100)
    y = (x[:, 0] > 0).astype(int)

    wide = keras.initializers.RandomNormal(stddev=1)
    model = keras.Sequential([
        keras.Input((100,)),
        keras.layers.Dense(32, activation="relu", kernel_initializer=wide),
        keras.layers.Dense(2, activation="softmax", kernel_initializer=wide),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y)
    ```

    ## What the treatment does
    It removes the initializer, so that the default of Keras applies, which scales the weights by
    the width of each layer, or sets `he_normal` if the layer has a ReLU. Biases with large random
    initial values are set back to 0.

    ## When to ignore it
    When the model learns well: with plain SGD at its default rate, whose steps are short for so
    small a model, the same ReLU layers reached 0.74 and more with any gain from 1.41 to 10, and
    0.61 with the default weights of Keras (tanh layers became worse from a gain of 4 on, as with
    Adam). Weights that were trained before or set by hand are not judged, nor are frozen layers,
    embeddings, recurrent layers and layers followed by a normalisation. If the inputs are further
    from 1 than the gain, scale them first.

    ## References
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010, section 4.2.1; He, Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015,
    section 2.2. Accuracies: `python -m tests.benchmarks.thresholds initial-weights`, with Keras
    3.15 on the digits of scikit-learn.
    """
    if layers.pretrained:
        message = "the weights were trained before, or set by hand"
        raise DoesNotApplyError(message)
    judged = _fresh_kernels(weights, layers)
    if not judged:
        message = "no dense or convolution layer has a known random initializer"
        raise DoesNotApplyError(message)
    kinds = {layer.name: layer.kind for layer in layers.layers}
    if wiring is None and NORMALISERS & set(kinds.values()):
        message = "it is not known which layers are followed by a normalisation"
        raise DoesNotApplyError(message)
    large = [
        kernel
        for kernel in judged
        if kernel.gain >= gain and not _is_normalised(kernel.layer, wiring)
    ]
    if not large:
        return
    if _received(inputs) > max(kernel.gain for kernel in large):
        message = "the inputs are further from 1 than the weights from their usual size"
        raise DoesNotApplyError(message)
    seen = (
        _starts_high(loss, times)
        or _saturates(large, activations, saturated)
        or _stays_behind(attained)
    )
    if seen is not None:
        yield _finding(large, seen, learned=has_learned(attained))


@dataclass(frozen=True)
class _Consequence:
    """A consequence of large weights, as a sentence and as rows of the table."""

    says: str
    measured: Mapping[str, Value]
    expected: Mapping[str, Value]


def _fresh_kernels(weights: Weights, layers: Layers) -> list[Weight]:
    """Return the trainable kernels of dense and convolution layers with their initial values."""
    kinds = {layer.name: layer.kind for layer in layers.layers}
    return [
        weight
        for weight in weights.weights
        if weight.drawn is not None
        and weight.trainable
        and kinds.get(weight.layer) in WEIGHTED
        and is_as_drawn(weight.size, weight.drawn)
    ]


def _is_normalised(layer: str, wiring: Wiring | None) -> bool:
    """Whether every path from this layer leads through a normalisation."""
    start = wiring.step(layer) if wiring is not None else None
    if wiring is None or start is None:
        return False
    steps: list[Step] = [start]
    for step in steps:
        users = wiring.after(step)
        if step.is_output or not users or step.activation not in PROPORTIONAL:
            return False
        further = [user for user in users if user.kind not in NORMALISERS and user not in steps]
        if any(user.kind not in PASSING for user in further):
            return False
        steps.extend(further)
    return True


def _received(inputs: Inputs | None) -> float:
    """Return the root mean square of the first weighted layer's input, 1 where it is not known."""
    tensor = inputs.tensors[0] if inputs is not None and len(inputs.tensors) == 1 else None
    if tensor is None or tensor.entry_mean is None or tensor.entry_std is None:
        return 1.0
    return math.hypot(tensor.entry_mean, tensor.entry_std)


def _starts_high(loss: LossAtInit | None, times: float) -> _Consequence | None:
    """Return that the first loss is high, with dropout and without, None where it is not."""
    if loss is None or not loss.reference:
        return None
    start = min(loss.data, loss.rehearsed - loss.penalty)
    if not (math.isfinite(start) and start > times * loss.reference):
        return None
    reference = figure(loss.reference)
    return _Consequence(
        f"The loss starts at {figure(start)}, {figure(start / loss.reference, 2)} times that of "
        f"an untrained model with this head ({reference}).",
        {"loss before training": start},
        {"loss before training": f"about {reference}"},
    )


def _saturates(
    large: list[Weight], activations: Activations | None, most: float
) -> _Consequence | None:
    """Return the share of saturated values of the worst layer, None where no layer has too many."""
    names = {kernel.layer for kernel in large}
    saturating = [
        (one.saturated_share, one)
        for one in (activations.layers if activations is not None else ())
        if one.layer in names and one.saturated_share is not None and not one.is_output
    ]
    share, layer = max(saturating, key=lambda found: found[0], default=(0.0, None))
    if layer is None or activations is None or not share > most:
        return None
    when = "After training" if activations.after_training else "Before training"
    return _Consequence(
        f"{when}, {figure(100 * share)} % of the values of `{layer.layer}` are saturated (slope "
        f"of {layer.activation} below 0.01, {activations.rows:,} rows).",
        {"share of saturated values": share},
        {"share of saturated values": f"at most {most:g}"},
    )


def _stays_behind(attained: Attained | None) -> _Consequence | None:
    """Return that simple models are clearly better than the trained model, None where not."""
    if attained is None or attained.ceiling is None or not attained.has_gap:
        return None
    own, best = figure(attained.score, 2), figure(attained.ceiling, 2)
    return _Consequence(
        f"After training, the model's score on {attained.where} is {own} (0: the best constant, 1: "
        f"perfect); simple models reach {best}.",
        {"score after training": attained.score},
        {"score after training": f"at least {best}"},
    )


def _finding(large: list[Weight], seen: _Consequence, *, learned: bool) -> Finding:
    most, count = max(large, key=lambda kernel: kernel.gain), len(large)
    title = f"The initial weights of `{most.layer}` are too large"
    least = min(kernel.gain for kernel in large)
    more = f"{count - 1} more layer{'s' * (count - 1 > 1)}"
    rest = f" (at least {figure(least)} times as large in {more})" if count > 1 else ""
    return Finding(
        title=title if count == 1 else f"{title}, and those of {more}",
        says=f"`{most.layer}` has {fan_in(most.shape):,} inputs and weights of size "
        f"{figure(most.size)} (root mean square), so that its sums are {figure(most.gain)} times "
        f"as large as its inputs{rest}. {seen.says}",
        where=Where(layer=most.layer),
        measured={"gain": most.gain, **seen.measured},
        expected={"gain": "about 1, or 1.41 before a ReLU", **seen.expected},
        facts=_Facts(smallest=min(kernel.size for kernel in large)),
        severity="note" if learned else None,
    )


@large_initial_weights.treatment("Use standard initial weights", effect="model")
def use_standard_weights(finding: Finding, cell: Cell) -> Cell | str:
    """Use the default initializer of Keras, or `he_normal` if the layer has a ReLU."""
    least = facts_of(finding, _Facts).smallest
    if not drawing_large(cell, least):
        return (
            f"Create `{finding.where.layer}` without `kernel_initializer`, or with "
            '`kernel_initializer="he_normal"` if it has a ReLU.'
        )
    return with_usual_weights(cell, least)
