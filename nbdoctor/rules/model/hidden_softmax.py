"""A softmax on a hidden layer."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import ACTIVATION_POSITION
from nbdoctor.readings.wiring import SHAPE_ONLY, WEIGHTED, Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

MAKERS = WEIGHTED | {"Activation", "Softmax"}
"""Layers whose output is the softmax; attention and recurrent layers use it internally."""

BETWEEN = SHAPE_ONLY | {"BatchNormalization", "LayerNormalization"}


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="No hidden layer has a softmax",
    explains=(
        "vanishing-gradient",
        "fails-to-memorise",
        "too-few-steps",
    ),
    gated=True,
    parts=("activations",),
)
def hidden_softmax(wiring: Wiring, /) -> Iterator[Finding]:
    """A softmax on a hidden layer.

    ## What it means
    Softmax makes the values of a layer sum to 1, which is right for class probabilities at the
    output. On a hidden layer the units share that sum: if one grows, the others shrink, and little
    information about the input is passed on. Such a model learns, but more slowly and to a lower
    accuracy (0.842 instead of 0.939 with ReLU).

    ## How it is measured
    This follows from the graph of layers: a dense, convolution or activation layer has a softmax
    over more than one unit, and only dense or convolution layers use its output. If the output is
    multiplied with something, it is attention or a gate, and not reported.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="softmax"),
        keras.layers.Dense(3, activation="softmax"),
    ])
    ```

    ## What the treatment does
    The hidden layer gets `relu`; the softmax of the output layer stays.

    ## When to ignore it
    When the hidden layer is meant to choose among a few alternatives, as in a mixture of experts.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", MIT Press 2016, sections 6.2.2.3 and 6.3.
    Accuracies measured with Keras 3.15, 512 rows of 10 features.
    """
    softmaxes = [step for step in wiring.steps if step.activation == "softmax"]
    if not softmaxes:
        message = "no layer of the model has a softmax"
        raise DoesNotApplyError(message)
    for step in softmaxes:
        if _is_hidden(step, wiring):
            yield Finding(
                title=f"The hidden layer `{step.name}` has a softmax",
                says=f"The {step.width} values of `{step.name}` are scaled to sum to 1, so that "
                "little information about the input reaches the next layer. Softmax is meant for "
                "the output layer.",
                where=Where(layer=step.name, call=step.kind, line=step.line),
                measured={"activation of the hidden layer": "softmax"},
                expected={"activation of the hidden layer": "relu"},
            )


def _is_hidden(step: Step, wiring: Wiring) -> bool:
    """Whether only layers with weights use its output."""
    if step.is_output or step.kind not in MAKERS or (step.width or 0) < 2:  # noqa: PLR2004
        return False
    users = list(wiring.users(step, BETWEEN))
    return bool(users) and all(user.kind in WEIGHTED for user in users)


@hidden_softmax.treatment("Use ReLU in the hidden layer", effect="model")
def use_relu(finding: Finding, cell: Cell) -> Cell | str:
    """Give the hidden layer `relu`, and keep softmax for the output layer."""
    kind, line = finding.where.call, finding.where.line
    if line is None or kind not in ACTIVATION_POSITION:
        return f'Create `{finding.where.layer}` with `activation="relu"` instead of a softmax.'
    place = ACTIVATION_POSITION[kind]
    return cell.with_argument(kind, "activation", '"relu"', position=place, line=line)
