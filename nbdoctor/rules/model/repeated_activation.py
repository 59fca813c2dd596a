"""An activation that is applied twice in a row."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import ACTIVATION_POSITION
from nbdoctor.readings.wiring import Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

APPLIED = frozenset({"Activation", "ReLU", "Softmax"})
"""Layers that only apply an activation."""

MADE = APPLIED | {"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Dense"}

WITHOUT_EFFECT = frozenset({"relu"})
"""Activations that change nothing the second time."""

SATURATING = frozenset({"sigmoid", "softmax", "tanh"})


@rule(
    family="model",
    severity="note",
    kind="proof",
    holds="No activation is applied twice in a row",
)
def repeated_activation(wiring: Wiring, /) -> Iterator[Finding]:
    """The same activation twice in a row.

    ## What it means
    An activation that is an argument of a layer and also follows as a layer is applied twice. A
    second ReLU changes nothing. A second softmax, sigmoid or tanh compresses the values again:
    after two softmaxes over 3 classes no probability can be above 0.58, and after two sigmoids none
    is below 0.5.

    ## How it is measured
    This follows from the graph of layers: the output of a layer with an activation is used by one
    layer only, which applies the same activation.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(3, activation="softmax"),
        keras.layers.Softmax(),
    ])
    ```

    ## What the treatment does
    The activation is removed from the first layer, and the next layer applies it once.

    ## When to ignore it
    For ReLU always, since the result is the same.

    ## References
    Keras documentation, "Layer activation functions".
    """
    repeated = [step for step in wiring.steps if step.kind in APPLIED]
    if not repeated:
        message = "the model has no activation layer"
        raise DoesNotApplyError(message)
    for second in repeated:
        first = wiring.step(second.takes[0]) if len(second.takes) == 1 else None
        if first is not None and _is_same(first, second) and len(wiring.after(first)) == 1:
            yield _finding(first, second)


def _is_same(first: Step, second: Step) -> bool:
    known = second.activation in WITHOUT_EFFECT | SATURATING
    return known and first.kind in MADE and first.activation == second.activation


def _finding(first: Step, second: Step) -> Finding:
    harmless = second.activation in WITHOUT_EFFECT
    effect = "which changes nothing" if harmless else "which compresses its values a second time"
    return Finding(
        title=f"{second.activation} is applied twice in a row",
        says=f"`{first.name}` has the activation {first.activation}, and `{second.name}` applies "
        f"it again, {effect}.",
        where=Where(layer=first.name, call=first.kind, line=first.line),
        measured={f"{second.activation} in a row": 2},
        expected={f"{second.activation} in a row": 1},
    )


@repeated_activation.treatment("Apply the activation once", effect="model")
def apply_it_once(finding: Finding, cell: Cell) -> Cell | str:
    """Remove the activation from the first of the two layers."""
    kind, line = finding.where.call, finding.where.line
    if line is None or kind not in ACTIVATION_POSITION or kind == "Activation":
        return f"Remove one of the two: `{finding.where.layer}`, or the layer after it."
    place = ACTIVATION_POSITION[kind]
    return cell.with_argument(kind, "activation", "None", position=place, line=line)
