"""Gradients that vanish on the way to the first layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.activations import function_name, hidden_sigmoids, with_relu
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.updates import Updates
from nbdoctor.readings.wiring import WEIGHTED
from nbdoctor.rules.enough import too_few_batches
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, facts_of, rule

SATURATING = frozenset(("sigmoid", "tanh", "softsign", "hard_sigmoid"))
WITHOUT_WEIGHTS = frozenset(("InputLayer", "Flatten", "Dropout", "Reshape"))
BATCHES = 3
"""A single batch may be an outlier; three that agree are not."""

RUN, BILLION = 2, 1e9
GRADIENT, UPDATE = "gradient, first layer / last layer", "update, first layer / last layer"


@dataclass(frozen=True, slots=True)
class _Facts:
    """With several `outputs` of the model it is not clear which layers of the cell are hidden."""

    outputs: int


@rule(
    family="model",
    severity="critical",
    kind="strong",
    holds="The gradient reaches the first layer, and the optimizer updates it",
    explains=(
        "fading-signal",
        "constant-predictions",
        "baseline-not-beaten",
        "fails-to-memorise",
        "too-few-steps",
    ),
    gated=True,
    parts=("activations", "init"),
)
def vanishing_gradient(
    gradients: Gradients,
    updates: Updates,
    layers: Layers | None,
    /,
    *,
    gradient: float = 1e-4,
    update: float = 0.01,
) -> Iterator[Finding]:
    """The gradient vanishes on the way to the first layers, which hardly change.

    ## What it means
    In backpropagation each layer passes a part of the gradient on to the layer before it. A sigmoid
    passes on a quarter at most; ten of them in a row leave about a millionth. The first layers then
    keep nearly their random initial weights, and the later ones have to work with their output.

    ## How it is measured
    On each of at least three batches, the gradient norm of the first kernel is below `gradient`
    (0.0001) times that of the last kernel, and the real step of the optimizer changes the first
    kernel by less than `update` (0.01) times as much as the last one, each relative to the norm of
    the kernel. Both must hold, because an optimizer such as Adam can compensate for a small
    gradient: 12 sigmoid layers gave 1.7e-8 and 0.0004 and did not learn, 6 gave 0.00015 and 0.67
    and did. A gradient of exactly 0 is cut off, not vanishing, and is left to other rules.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.rand(512, 10)
    y = np.random.randint(0, 3, size=512)

    model = keras.Sequential([keras.Input((10,))])
    for _ in range(12):
        model.add(keras.layers.Dense(32, activation="sigmoid"))
    model.add(keras.layers.Dense(3, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y)
    ```

    ## What the treatment does
    It gives the hidden sigmoid layers `relu` with `he_normal` initial weights, which roughly
    preserve the size of the gradient. On 12 layers this raised the accuracy from 0.348 to 0.796. If
    the activation is not written in the cell, it says what to change instead.

    ## When to ignore it
    When the first layers are meant to stay as they are. Frozen layers do not count: the first
    kernel is the first one that is trained.

    ## References
    Hochreiter, "Untersuchungen zu dynamischen neuronalen Netzen", 1991; Glorot and Bengio,
    "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010. The
    thresholds lie between the models measured with Keras 3.15 above; 12 tanh layers gave 0.9.
    """
    if updates.first_to_last is None or gradients.first_layer == gradients.last_layer:
        message = "there is only one trainable kernel, so there is nothing to compare"
        raise DoesNotApplyError(message)
    ratios = _ratios(gradients)
    faded = bool(ratios) and all(0 < ratio < gradient for ratio in ratios)
    if faded and updates.first_to_last < update:
        if gradients.batches < BATCHES:
            too_few_batches(BATCHES, gradients.batches, hurried=gradients.hurried)
        expected = {GRADIENT: f"above {figure(gradient)}", UPDATE: f"above {figure(update)}"}
        yield _finding(gradients, updates, layers, expected)


def _ratios(gradients: Gradients) -> tuple[float, ...]:
    """Return, per batch, the first gradient norm above 0 over that of the last kernel.

    With about thirty sigmoid layers the first norm underflows to 0, while the layers after it
    still show the decay; a gradient that is cut off shows none.
    """
    if all(gradients.first_to_last):
        return gradients.first_to_last
    kernels = (weight.norms for weight in gradients.weights if weight.is_kernel and weight.norms)
    return tuple(
        next(norm for norm in norms if norm > 0) / norms[-1]
        for norms in zip(*kernels, strict=False)
        if norms[-1] > 0
    )


def _finding(
    gradients: Gradients,
    updates: Updates,
    layers: Layers | None,
    expected: Mapping[str, Value],
) -> Finding:
    first, last = gradients.first_layer, gradients.last_layer
    moves = updates.first_to_last or 0.0
    ratio = median(gradients.first_to_last)
    return Finding(
        title=f"The gradient vanishes before it reaches `{first}`",
        says=(
            f"The gradient of `{first}` is {_fraction(ratio)} of that of `{last}` "
            f"(median of {gradients.batches} batches), and in a step of `{updates.optimizer}` its "
            f"relative change is {_fraction(moves)} of that of `{last}`. {_run(layers)}The first "
            "layers keep nearly their random initial weights."
        ),
        where=Where(layer=first),
        measured={GRADIENT: ratio, UPDATE: moves},
        expected=expected,
        facts=_Facts(outputs=_outputs(layers)),
    )


def _fraction(ratio: float) -> str:
    """Return a ratio as a fraction: 1/32,600 rather than 3.07e-5."""
    if ratio * BILLION <= 1:
        return "less than a billionth"
    return f"1/{float(f'{1 / ratio:.3g}'):,.0f}"


def _run(layers: Layers | None) -> str:
    """Return a sentence on the longest run of hidden layers with one saturating activation."""
    hidden = [
        layer
        for layer in (layers.layers if layers is not None else ())
        if not layer.is_output and layer.kind not in WITHOUT_WEIGHTS
    ]
    runs = [(name, list(run)) for name, run in groupby(hidden, key=lambda x: x.activation)]
    saturating = [(name, run) for name, run in runs if name in SATURATING]
    name, run = max(saturating, key=lambda found: len(found[1]), default=("", []))
    if len(run) < RUN:
        return ""
    return f"{len(run)} `{name}` layers in a row, `{run[0].name}` to `{run[-1].name}`, reduce it. "


def _outputs(layers: Layers | None) -> int:
    return sum(layer.is_output for layer in layers.layers) if layers is not None else 1


@vanishing_gradient.treatment("Use ReLU in the hidden layers", effect="model")
def use_relu(finding: Finding, cell: Cell) -> Cell | str | None:
    """Give the hidden sigmoid layers `relu` and `he_normal`; the output layer does not change."""
    if not hidden_sigmoids(cell) or facts_of(finding, _Facts).outputs > 1:
        return _advice(cell)
    try:
        return with_relu(cell)
    except CannotEditError:
        return _advice(cell)


def _advice(cell: Cell) -> str:
    for call in cell.calls:
        for argument in call.arguments:
            named = argument.name == "activation" and call.name not in WEIGHTED
            if named and function_name(argument.text) == "sigmoid":
                return (
                    f"`{call.callee}` gets `activation={argument.text}` on line "
                    f'{argument.line}: pass `"relu"` instead, and create its hidden layers with '
                    '`kernel_initializer="he_normal"`.'
                )
    return (
        'Create the hidden layers with `activation="relu"` and `kernel_initializer="he_normal"`, '
        "and do not change the output layer."
    )


@vanishing_gradient.treatment("Add normalisation or skip connections", effect="advice")
def normalise_between(_finding: Finding, _cell: Cell) -> str:
    """Keep the activation, and add `BatchNormalization` between the layers or skip connections."""
    return (
        "To keep the activation, add `BatchNormalization()` after each hidden layer, or add the "
        "input of a block to its output (a skip connection), which shortens the path of the "
        "gradient."
    )
