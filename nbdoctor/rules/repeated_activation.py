"""An activation that is applied twice in a row."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import ACTIVATION_POSITION
from nbdoctor.probes.wiring import Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

APPLIED = frozenset({"Activation", "ReLU", "Softmax"})
"""Layers that are nothing but an activation."""

MADE = APPLIED | {"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Dense"}

WITHOUT_EFFECT = frozenset({"relu"})
"""The second time they change nothing; the others squash a second time."""

SQUASHING = frozenset({"sigmoid", "softmax", "tanh"})


@rule(
    family="model",
    severity="note",
    kind="proof",
    holds="No activation is applied twice in a row",
)
def repeated_activation(wiring: Wiring, /) -> Iterator[Finding]:
    """The same activation twice in a row.

    ## What it means
    An activation given to a layer and added once more as a layer of its own is applied twice.
    A second ReLU changes nothing. A second softmax, sigmoid or tanh squashes what is squashed
    already: after two softmaxes over 3 classes no probability can be above 0.58, and after two
    sigmoids none is below 0.5.

    ## How it is measured
    It follows from the graph: a layer with an activation hands its result to an activation layer
    with the same one, and to nothing else.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(3, activation="softmax"),
        keras.layers.Softmax(),
    ])
    ```

    ## What the treatment does
    The first layer loses its activation, and the layer behind it applies it once.

    ## When to ignore it
    For ReLU always, if the line is not in the way.

    ## References
    Keras documentation, "Layer activation functions".
    """
    repeated = [step for step in wiring.steps if step.kind in APPLIED]
    if not repeated:
        message = "the model has no layer that is only an activation"
        raise DoesNotApplyError(message)
    for second in repeated:
        first = wiring.step(second.takes[0]) if len(second.takes) == 1 else None
        if first is not None and _is_same(first, second) and len(wiring.after(first)) == 1:
            yield _finding(first, second)


def _is_same(first: Step, second: Step) -> bool:
    known = second.activation in WITHOUT_EFFECT | SQUASHING
    return known and first.kind in MADE and first.activation == second.activation


def _finding(first: Step, second: Step) -> Finding:
    harmless = second.activation in WITHOUT_EFFECT
    effect = "which changes nothing" if harmless else "which squashes its values a second time"
    return Finding(
        title=f"{second.activation} is applied twice in a row",
        says=f"`{first.name}` ends in {first.activation}, and `{second.name}` applies it again, "
        f"{effect}.",
        where=Where(layer=first.name, call=first.kind, line=first.line),
        measured={"times in a row": 2, "activation": second.activation},
        expected={"times in a row": 1},
    )


@repeated_activation.treatment("Apply it once", effect="model")
def apply_it_once(finding: Finding, cell: Cell) -> Cell | str:
    """Take the activation from the first of the two layers."""
    kind, line = finding.where.call, finding.where.line
    if line is None or kind not in ACTIVATION_POSITION or kind == "Activation":
        return f"Leave one of the two out: `{finding.where.layer}`, or what follows it."
    place = ACTIVATION_POSITION[kind]
    return cell.with_argument(kind, "activation", "None", position=place, line=line)
