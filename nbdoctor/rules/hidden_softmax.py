"""A softmax inside of the network."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import ACTIVATION_POSITION
from nbdoctor.probes.wiring import SHAPE_ONLY, WEIGHTED, Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

MAKERS = WEIGHTED | {"Activation", "Softmax"}
"""Layers whose result is the softmax itself; attention and recurrent layers use it inside."""

BETWEEN = SHAPE_ONLY | {"BatchNormalization", "LayerNormalization"}


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="No hidden layer ends in a softmax",
    explains=(
        "vanishing-gradient",
        "fails-to-memorise",
        "too-few-steps",
    ),
)
def hidden_softmax(wiring: Wiring, /) -> Iterator[Finding]:
    """A softmax on a hidden layer.

    ## What it means
    Softmax makes the values of a layer sum to 1, which is right for class probabilities at the
    output. On a hidden layer the units compete for that sum: when one grows the others shrink,
    and little of the input gets through. Such a model learns, but slower and less (0.842 against
    0.939 with ReLU).

    ## How it is measured
    It follows from the graph: a dense, convolution or activation layer with a softmax over more
    than one unit, and all that receives its result are dense or convolution layers. Where the
    result is multiplied with something it is attention or a gate, and not reported.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="softmax"),
        keras.layers.Dense(3, activation="softmax"),
    ])
    ```

    ## What the treatment does
    The hidden layer gets `relu`; the softmax of the output stays.

    ## When to ignore it
    When the hidden layer is meant to choose among few alternatives, as in a mixture.

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
                title=f"The hidden layer `{step.name}` ends in a softmax",
                says=f"The {step.width} values of `{step.name}` are made to sum to 1, so its units "
                "compete and little of the input gets through to the next layer. A softmax "
                "belongs to the output.",
                where=Where(layer=step.name, call=step.kind, line=step.line),
                measured={"activation": "softmax", "units": step.width or 0},
                expected={"activation": "relu"},
            )


def _is_hidden(step: Step, wiring: Wiring) -> bool:
    """Whether nothing but further weighted layers receives its values."""
    if step.is_output or step.kind not in MAKERS or (step.width or 0) < 2:  # noqa: PLR2004
        return False
    users = list(wiring.users(step, BETWEEN))
    return bool(users) and all(user.kind in WEIGHTED for user in users)


@hidden_softmax.treatment("Use ReLU in the hidden layer", effect="model")
def use_relu(finding: Finding, cell: Cell) -> Cell | str:
    """Give the hidden layer `relu` and leave the softmax to the output."""
    kind, line = finding.where.call, finding.where.line
    if line is None or kind not in ACTIVATION_POSITION:
        return f'Build `{finding.where.layer}` with `activation="relu"` instead of a softmax.'
    place = ACTIVATION_POSITION[kind]
    return cell.with_argument(kind, "activation", '"relu"', position=place, line=line)
