"""Initial weights that make the signal larger in every layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.initializers import drawing_large, with_usual_weights
from nbdoctor.probes.activations import Activations
from nbdoctor.probes.drawing import fan_in, is_as_drawn
from nbdoctor.probes.inputs import Inputs
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.trained import Trained, has_learned
from nbdoctor.probes.weights import Weight, Weights
from nbdoctor.probes.wiring import SHAPE_ONLY, WEIGHTED, Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, figure, rule

NORMALISERS = frozenset(
    {"BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization"}
    | {"UnitNormalization"},
)
"""Layers whose result does not depend on the size of what they get."""

PASSING = SHAPE_ONLY | {"Activation", "Add", "LeakyReLU", "ReLU"}
PASSING |= {f"{kind}Pooling{axes}D" for kind in ("Max", "Average") for axes in (1, 2, 3)}
"""Layers whose result is so many times as large as what they get is, where they do not squash."""

PROPORTIONAL = frozenset({"", "linear", "relu", "leaky_relu"})
"""Activations for which the same is true."""


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="The initial weights do not hold training back",
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
)
def large_initial_weights(  # noqa: PLR0913, PLR0917  (the weights, and what they may be seen by)
    weights: Weights,
    layers: Layers,
    wiring: Wiring | None,
    loss: LossAtInit | None,
    activations: Activations | None,
    inputs: Inputs | None,
    trained: Trained | None,
    /,
    *,
    gain: float = 3.0,
    times: float = 3.0,
    saturated: float = 0.5,
) -> Iterator[Finding]:
    """Initial weights that make the signal larger in every layer.

    ## What it means
    A unit adds up its inputs, each times a weight. With n inputs and weights of the size s (root
    mean square) the sum is s√n times as large as an input: the gain of the layer. Keras's default
    has a gain of about 1, `he_normal` of 1.41 for the half that a ReLU takes away. A deviation of
    1 on 784 inputs has a gain of 28, and every layer multiplies by its own. The first outputs are
    then far off, the first steps go to undoing that, sigmoid and tanh saturate, and since the
    curvature of the loss grows with the square of the signal, rates that are usual overshoot.

    ## How it is measured
    The weights are those that training starts from, the gain comes from their values. It is
    `gain` (3) or more, which doubles the signal even behind a ReLU, and a consequence was measured
    as well:

    - the first loss is more than `times` (3) the loss of an untrained model with this head (the
      logarithm of the number of classes, or the mean square of the targets);
    - or more than `saturated` (0.5) of the values of such a layer's sigmoid or tanh lie where its
      slope is below 0.01.

    On two ReLU layers of 32 units and Adam, gains of 1 to 2 started at 1.0 to 1.5 times that loss
    and reached accuracies of 0.89, a gain of 3 started at 4.1 times and reached 0.81, a gain of 10
    148 times and 0.42. Where the trained model has learned its rows all the same (accuracy or R²
    of 0.9), the finding becomes a note.

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
    It leaves the weights to Keras's default, which draws them for the width of each layer, and to
    `he_normal` where the layer has a ReLU. Biases that are drawn wide go back to 0, too.

    ## When to ignore it
    When the model learns well: with plain SGD at its default rate, whose steps are short for so
    small a model, the same ReLU layers reached 0.74 and more with any gain of 1.41 to 10, and 0.61
    with Keras's default weights (tanh layers lost as with Adam from a gain of 4 on). Weights that
    were trained before or set by hand are not judged, nor are frozen layers, embeddings, recurrent
    layers and layers in front of a normalisation. Where the inputs are further from 1 than the
    gain, they are to be scaled first.

    ## References
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010, section 4.2.1; He, Zhang, Ren and Sun, "Delving deep into rectifiers",
    ICCV 2015, section 2.2. Accuracies: `python -m tests.benchmarks.thresholds initial-weights`,
    with Keras 3.15 on the digits of scikit-learn.
    """
    if layers.pretrained:
        message = "the weights were trained before, or set by hand"
        raise DoesNotApplyError(message)
    judged = _fresh_kernels(weights, layers)
    if not judged:
        message = "no dense or convolutional layer draws its weights in a way that is known"
        raise DoesNotApplyError(message)
    kinds = {layer.name: layer.kind for layer in layers.layers}
    if wiring is None and NORMALISERS & set(kinds.values()):
        message = "what stands behind the normalisations is not known"
        raise DoesNotApplyError(message)
    large = [
        kernel
        for kernel in judged
        if kernel.gain >= gain and not _is_normalised(kernel.layer, wiring)
    ]
    if not large:
        return
    if _received(inputs) > max(kernel.gain for kernel in large):
        message = "the inputs are further from 1 than the weights from what is usual"
        raise DoesNotApplyError(message)
    seen = _starts_high(loss, times) or _saturates(large, activations, saturated)
    if seen is not None:
        yield _finding(large, seen, learned=has_learned(trained))


@dataclass(frozen=True)
class _Consequence:
    """What the size of the weights has led to, in a sentence and in numbers."""

    says: str
    measured: Mapping[str, Value]
    expected: Mapping[str, Value]


def _fresh_kernels(weights: Weights, layers: Layers) -> list[Weight]:
    """Trainable kernels of dense and convolutional layers as they were drawn."""
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
    """Whether the size of what a layer puts out is lost wherever it goes."""
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
    """Root mean square of what the first layer with weights receives, 1 where it is not known."""
    tensor = inputs.tensors[0] if inputs is not None and len(inputs.tensors) == 1 else None
    if tensor is None or tensor.entry_mean is None or tensor.entry_std is None:
        return 1.0
    return math.hypot(tensor.entry_mean, tensor.entry_std)


def _starts_high(loss: LossAtInit | None, times: float) -> _Consequence | None:
    """The first predictions are far off, with dropout and without."""
    if loss is None or not loss.reference:
        return None
    start = min(loss.data, loss.rehearsed - loss.penalty)
    if not (math.isfinite(start) and start > times * loss.reference):
        return None
    reference = figure(loss.reference)
    return _Consequence(
        f"The loss starts at {figure(start)}, {figure(start / loss.reference, 2)} times what an "
        f"untrained model with this head shows ({reference}).",
        {"loss at start": start},
        {"loss at start": f"about {reference}"},
    )


def _saturates(
    large: list[Weight], activations: Activations | None, most: float
) -> _Consequence | None:
    """The layer with the most values at the flat ends of its curve."""
    names = {kernel.layer for kernel in large}
    squashing = [
        (one.saturated_share, one)
        for one in (activations.layers if activations is not None else ())
        if one.layer in names and one.saturated_share is not None and not one.is_output
    ]
    share, layer = max(squashing, key=lambda found: found[0], default=(0.0, None))
    if layer is None or activations is None or not share > most:
        return None
    when = "After training" if activations.after_training else "Before the first step"
    return _Consequence(
        f"{when}, {figure(100 * share)} % of the values of `{layer.layer}` lie where "
        f"{layer.activation} is flat (slope below 0.01, {activations.rows:,} rows).",
        {"share of saturated values": share},
        {"share of saturated values": f"at most {most:g}"},
    )


def _finding(large: list[Weight], seen: _Consequence, *, learned: bool) -> Finding:
    most, count = max(large, key=lambda kernel: kernel.gain), len(large)
    title = f"The initial weights of `{most.layer}` are too large"
    least = min(kernel.gain for kernel in large)
    rest = f" (at least {figure(least)} times in {count - 1} more)" if count > 1 else ""
    return Finding(
        title=title if count == 1 else f"{title}, and those of {count - 1} more",
        says=f"`{most.layer}` weighs {fan_in(most.shape):,} inputs by weights of the size "
        f"{figure(most.size)}, which makes its sums {figure(most.gain)} times as large as the "
        f"inputs{rest}. {seen.says}",
        where=Where(layer=most.layer),
        measured={
            "gain": most.gain,
            "layers": count,
            "size of the smallest such weights": min(kernel.size for kernel in large),
            **seen.measured,
        },
        expected={"gain": "about 1, and 1.41 in front of a ReLU", **seen.expected},
        severity="note" if learned else None,
    )


@large_initial_weights.treatment("Draw the weights for the width of the layer", effect="model")
def draw_for_the_width(finding: Finding, cell: Cell) -> Cell | str:
    """Leave the initial weights to Keras, with `he_normal` where the layer has a ReLU."""
    least = float(finding.measured["size of the smallest such weights"])
    if not drawing_large(cell, least):
        return (
            f"Build `{finding.where.layer}` without `kernel_initializer`, or with "
            '`kernel_initializer="he_normal"` where it has a ReLU.'
        )
    return with_usual_weights(cell, least)
