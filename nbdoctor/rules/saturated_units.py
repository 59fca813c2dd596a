"""Sigmoid or tanh units at the flat ends of their curve."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.activations import Activations, LayerActivation
from nbdoctor.probes.updates import Updates
from nbdoctor.probes.wiring import WEIGHTED, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

SQUASHING = WEIGHTED | {"Activation"}
"""Layers whose result is the curve's own; recurrent layers multiply it with a gate."""

GATES = frozenset({"Multiply"})


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="Hidden sigmoid and tanh units are not stuck at their ends",
    explains=(
        "vanishing-gradient",
        "baseline-not-beaten",
        "too-few-steps",
    ),
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
    """Hidden sigmoid or tanh units at the flat ends of their curve.

    ## What it means
    Far from zero sigmoid and tanh are flat: whatever such a unit receives, it puts out nearly the
    same, and next to nothing of the gradient passes. A layer that is mostly there learns slowly,
    and so do the layers before it. Initial weights or inputs that are too large bring units
    there.

    ## How it is measured
    On `rows` (64) rows or more, more than `most` (0.5) of the layer's values lie where the slope
    is below 0.01, and the optimizer's first step moved the kernel by less than `slower` (0.1) of
    the median of the layers that are not saturated: with weights from RandomNormal(3) 0.73 to
    0.87 of the values and 0.005 to 0.08. Saturation alone proves nothing: behind inputs of 0 to
    300 a first layer had 0.99 and moved more than its neighbours.

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
    It names what brings the values back to the steep part: default initial weights, scaled
    inputs, or a normalisation before the activation.

    ## When to ignore it
    Gates, whose result is multiplied with something, and outputs may be at the ends and are not
    reported.

    ## References
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010, section 3. Measured with Keras 3.15, 10 features, 32 units.
    """
    if activations.rows < rows:
        message = f"it takes {rows:g} rows, and {activations.rows} were read"
        raise DoesNotApplyError(message)
    squashing = [layer for layer in activations.layers if _is_hidden(layer, wiring)]
    if not squashing:
        message = "no hidden layer is a sigmoid or tanh, gates and recurrent layers aside"
        raise DoesNotApplyError(message)
    saturated = {one.layer: one for one in squashing if (one.saturated_share or 0.0) > most}
    free = [kernel.ratio for kernel in updates.kernels if kernel.layer not in saturated]
    for kernel in updates.kernels:
        layer = saturated.get(kernel.layer)
        if layer is not None and free and kernel.ratio < slower * median(free):
            yield _finding(layer, activations, kernel.ratio / median(free), most)


def _is_hidden(layer: LayerActivation, wiring: Wiring) -> bool:
    step = wiring.step(layer.layer)
    if layer.saturated_share is None or layer.is_output or step is None:
        return False
    gates = any(user.kind in GATES for user in wiring.users(step))
    return layer.kind in SQUASHING and not gates


def _finding(
    layer: LayerActivation, activations: Activations, moves: float, most: float
) -> Finding:
    share = layer.saturated_share or 0.0
    when = "After training" if activations.after_training else "At the weights it starts from"
    return Finding(
        title=f"Most values of `{layer.layer}` are at the flat ends of {layer.activation}",
        says=f"{when}, {figure(100 * share)} % of the values of `{layer.layer}` lie where "
        f"{layer.activation} is flat (slope below 0.01, {activations.rows:,} rows). Its first step "
        f"was {figure(moves)} times as large, for its size, as that of the other layers.",
        where=Where(layer=layer.layer),
        measured={"share of saturated values": share, "first step against other layers": moves},
        expected={"share of saturated values": f"at most {most:g}"},
    )


@saturated_units.treatment("Bring the values back to the steep part", effect="advice")
def bring_the_values_back(finding: Finding, _cell: Cell) -> str:
    """Use smaller initial weights, scaled inputs, or a normalisation before the activation."""
    return (
        f"Leave `kernel_initializer` of `{finding.where.layer}` at its default and scale what the "
        "layer receives to a spread of about 1, for instance with `BatchNormalization()` before "
        "its activation."
    )
