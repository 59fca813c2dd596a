"""Inputs that were made small twice."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.layer_edit import with_normalisation
from nbdoctor.probes.inputs import Inputs, InputTensor
from nbdoctor.probes.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

TWICE = 2
UNIT = 1.0


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="The inputs were not scaled down twice",
    explains=(
        "baseline-not-beaten",
        "constant-predictions",
        "fails-to-memorise",
        "fading-signal",
        "majority-class-only",
        "learning-rate-too-low",
        "too-few-steps",
        "dead-units",
    ),
)
def inputs_scaled_twice(
    inputs: Inputs, source: Source | None, /, *, span: float = 0.02
) -> Iterator[Finding]:
    """Inputs that were made small twice.

    ## What it means
    Pixels divided by 255 lie between 0 and 1. Divided once more, in the model or in a second line,
    they lie between 0 and 0.004: for freshly made weights all pictures look the same, and the
    model learns as if its inputs were constant.

    ## How it is measured
    What the first layer with weights receives spans no more than `span` (0.02), and two places
    that scale it down are seen: divisions by 10 or more in the cell, on the way to the inputs of
    `fit`; a `Rescaling` layer in front; or data that is already between -1 and 1 when it comes to
    such a layer. Scaling to 1 once, by 255 or any other number, never leaves so little: twice by
    127.5 leaves 0.0157. Small inputs with no scaling in sight are not reported.

    ## Example
    ```python
    x = x_train / 255
    model = keras.Sequential([
        keras.Input((28, 28)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.fit(x, y_train)
    ```

    ## What the treatment does
    A `Normalization` layer makes up for whatever scale the inputs have. The advice names the
    places; which of them should stay is for you to say: inside the model it is done for new data,
    too.

    ## When to ignore it
    When the numbers are meant to be that small and the initial weights are made for it.

    ## References
    Measured with Keras 3.15: 0.359 of accuracy with inputs scaled twice, 0.875 with one of the
    two taken away.
    """
    judged = False
    for tensor in inputs.tensors:
        low, high = tensor.entry_minimum, tensor.entry_maximum
        if low is None or high is None:
            continue
        judged = True
        places = _places(tensor, source)
        if 0 < high - low <= span and len(places) >= TWICE:
            yield _finding(tensor, low, high, places)
    if not judged:
        message = "what the first layer with weights receives was not measured"
        raise DoesNotApplyError(message)


def _places(tensor: InputTensor, source: Source | None) -> list[str]:
    """Where it is scaled down, in words."""
    written = source.rescales if source is not None else ()
    places = [f"`{one.text}` on line {one.line}" for one in written]
    if "Rescaling" in tensor.entry_ops:
        small = max(abs(tensor.minimum), abs(tensor.maximum)) <= UNIT
        if small and not places:
            places.append("something before `fit`, which it reaches between -1 and 1")
        places.append("the `Rescaling` layer")
    return places


def _finding(tensor: InputTensor, low: float, high: float, places: list[str]) -> Finding:
    layer = f"`{tensor.entry_layer}`" if tensor.entry_layer else "The first layer with weights"
    return Finding(
        title="The inputs are scaled down twice",
        says=f"{layer} receives values from {figure(low)} to {figure(high)}. They were scaled "
        f"down by {', and by '.join(places)}.",
        where=Where(variable=tensor.variable, layer=tensor.entry_layer),
        measured={"smallest value": low, "largest value": high, "places": len(places)},
        expected={"largest value": "about 1", "places": 1},
    )


@inputs_scaled_twice.treatment("Learn the scale of each column", effect="model")
def learn_the_scale(finding: Finding, cell: Cell) -> Cell | None:
    """Let a `Normalization` layer take mean and spread of each column from the training rows."""
    try:
        return with_normalisation(cell, finding.where.variable)
    except CannotEditError:
        return None


@inputs_scaled_twice.treatment("Keep one of them", effect="advice")
def keep_one(finding: Finding, _cell: Cell) -> str:
    """Take away all but one of the places that scale the inputs down."""
    return (
        "Keep one of these: "
        + finding.says.partition("scaled down by ")[2].rstrip(".")
        + ". A `Rescaling` layer in the model scales new data as well."
    )
