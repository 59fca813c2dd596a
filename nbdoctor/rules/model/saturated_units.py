"""Saturated sigmoid or tanh units."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.updates import Updates
from nbdoctor.readings.wiring import WEIGHTED, Wiring
from nbdoctor.rules.enough import too_few_rows
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

SATURATING = WEIGHTED | {"Activation"}
"""Layers whose output is the activation; recurrent layers multiply it with a gate."""

GATES = frozenset({"Multiply"})


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="Hidden sigmoid and tanh units are not saturated",
    explains=(
        "vanishing-gradient",
        "baseline-not-beaten",
        "too-few-steps",
    ),
    gated=True,
    parts=("activations", "init", "inputs"),
)
def saturated_units(  # noqa: PLR0913  (three readings, three thresholds)
    activations: Activations,
    updates: Updates,
    wiring: Wiring,
    /,
    *,
    most: float = 0.5,
    slower: float = 0.1,
    rows: float = 64,
) -> Iterator[Finding]:
    """Hidden sigmoid or tanh units that are saturated.

    ## What it means
    Far from zero, sigmoid and tanh are flat: the output of such a unit hardly depends on its input,
    and almost no gradient passes. A layer with mostly saturated units learns slowly, and so do the
    layers before it. Causes are initial weights or inputs that are too large.

    ## How it is measured
    On at least `rows` (64) rows, more than `most` (0.5) of the layer's values have a slope below
    0.01, and the first step of the optimizer changed the kernel by less than `slower` (0.1) of the
    median of the layers that are not saturated, each relative to the norm of the kernel. With
    weights from RandomNormal(3) these were 0.73 to 0.87 of the values and 0.005 to 0.08. Saturation
    alone is no evidence: for inputs of 0 to 300 a first layer had 0.99 and changed more than its
    neighbours.

    ## Example
    ```python
    large = keras.initializers.RandomNormal(0, 3)
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="tanh", kernel_initializer=large),
        keras.layers.Dense(32, activation="tanh", kernel_initializer=large),
        keras.layers.Dense(3, activation="softmax"),
    ])
    ```

    ## What the treatment does
    It says how to reduce the saturation: default initial weights, scaled inputs, or a normalisation
    before the activation.

    ## When to ignore it
    Gates, whose output is multiplied with something, and output layers may saturate and are not
    reported.

    ## References
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010, section 3. Measured with Keras 3.15, 10 features, 32 units.
    """
    if activations.rows < rows:
        too_few_rows(rows, activations.rows, hurried=activations.hurried)
    saturating = [layer for layer in activations.layers if _is_hidden(layer, wiring)]
    if not saturating:
        message = "no hidden layer has a sigmoid or tanh, apart from gates and recurrent layers"
        raise DoesNotApplyError(message)
    saturated = {one.layer: one for one in saturating if (one.saturated_share or 0.0) > most}
    free = [kernel.ratio for kernel in updates.kernels if kernel.layer not in saturated]
    for kernel in updates.kernels:
        layer = saturated.get(kernel.layer)
        if layer is not None and free and kernel.ratio < slower * median(free):
            moves = kernel.ratio / median(free)
            yield _finding(layer, activations, moves, most, slower)


def _is_hidden(layer: LayerActivation, wiring: Wiring) -> bool:
    step = wiring.step(layer.layer)
    if layer.saturated_share is None or layer.is_output or step is None:
        return False
    gates = any(user.kind in GATES for user in wiring.users(step))
    return layer.kind in SATURATING and not gates


def _finding(
    layer: LayerActivation, activations: Activations, moves: float, most: float, slower: float
) -> Finding:
    share = layer.saturated_share or 0.0
    when = "After training" if activations.after_training else "Before training"
    update = "first update relative to the other layers"
    return Finding(
        title=f"Most values of `{layer.layer}` are saturated ({layer.activation})",
        says=f"{when}, {figure(100 * share)} % of the values of `{layer.layer}` are saturated "
        f"(slope of {layer.activation} below 0.01, {activations.rows:,} rows). Relative to the "
        f"size of its kernel, its first update was {figure(moves)} times that of the other layers.",
        where=Where(layer=layer.layer),
        measured={"share of saturated values": share, update: moves},
        expected={"share of saturated values": f"at most {most:g}", update: f"at least {slower:g}"},
    )


@saturated_units.treatment("Reduce the saturation", effect="advice")
def reduce_the_saturation(finding: Finding, _cell: Cell) -> str:
    """Use default initial weights, scaled inputs, or a normalisation before the activation."""
    return (
        f"Leave `kernel_initializer` of `{finding.where.layer}` at its default, and scale its "
        "inputs to a standard deviation of about 1, for example with `BatchNormalization()` "
        "before the activation."
    )
