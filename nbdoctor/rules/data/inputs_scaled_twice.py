"""Inputs that are scaled down twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.layers import with_normalisation
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.source import Source
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

TWICE = 2
UNIT = 1.0


@dataclass(frozen=True, slots=True)
class _Facts:
    """`places` are the scalings in words, for a sentence."""

    places: tuple[str, ...]
    is_table: bool = False


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="The inputs are not scaled down twice",
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
    parts=("inputs",),
)
def inputs_scaled_twice(
    inputs: Inputs, source: Source | None, /, *, span: float = 0.02
) -> Iterator[Finding]:
    """Inputs that are scaled down twice.

    ## What it means
    Pixels divided by 255 are between 0 and 1. Divided by 255 once more, in the model or on a
    second line, they are between 0 and 0.004: newly initialised layers produce almost the same
    output for all images, and the model trains as if its inputs were constant.

    ## How it is measured
    The values that reach the first layer with weights span no more than `span` (0.02), and two
    scalings are found: divisions by 10 or more in the cell, on the way to the inputs of `fit`; a
    `Rescaling` layer before that layer; or data that is already between -1 and 1 when it reaches
    a `Rescaling` layer. Scaling to a range of 1 once, by 255 or any other number, never leaves
    such a small span; scaling twice by 127.5 leaves 0.0157. Small inputs without any scaling in
    sight are not reported.

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
    A `Normalization` layer corrects any scale of the inputs. The advice lists the scalings; you
    decide which one to keep. A scaling inside the model is also applied to new data.

    ## When to ignore it
    When the values are meant to be that small and the initial weights are chosen for them.

    ## References
    Measured with Keras 3.15: an accuracy of 0.359 with inputs scaled twice, 0.875 with one of
    the two scalings removed.
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
        message = "the inputs of the first layer with weights were not measured"
        raise DoesNotApplyError(message)


def _places(tensor: InputTensor, source: Source | None) -> list[str]:
    """Return the scalings, in words."""
    written = source.rescales if source is not None else ()
    places = [f"`{one.text}` on line {one.line}" for one in written]
    if "Rescaling" in tensor.entry_ops:
        small = max(abs(tensor.minimum), abs(tensor.maximum)) <= UNIT
        if small and not places:
            places.append("a step before `fit`, where the data is already between -1 and 1")
        places.append("the `Rescaling` layer")
    return places


def _finding(tensor: InputTensor, low: float, high: float, places: list[str]) -> Finding:
    layer = f"`{tensor.entry_layer}`" if tensor.entry_layer else "The first layer with weights"
    return Finding(
        title="The inputs are scaled down twice",
        says=f"{layer} receives values from {figure(low)} to {figure(high)}. They were scaled "
        f"down by {', and by '.join(places)}.",
        where=Where(variable=tensor.variable, layer=tensor.entry_layer),
        measured={"range of the values": high - low, "scalings": len(places)},
        expected={"range of the values": "about 1", "scalings": 1},
        facts=_Facts(tuple(places), tensor.is_table),
    )


@inputs_scaled_twice.treatment("Add a Normalization layer", effect="model")
def add_normalization(finding: Finding, cell: Cell) -> Cell | None:
    """Standardise each column with a `Normalization` layer adapted to the training rows."""
    try:
        is_table = facts_of(finding, _Facts).is_table
        return with_normalisation(cell, finding.where.variable, is_table=is_table)
    except CannotEditError:
        return None


@inputs_scaled_twice.treatment("Keep only one scaling", effect="advice")
def keep_one(finding: Finding, _cell: Cell) -> str:
    """Remove all scalings of the inputs but one."""
    places = ", and ".join(facts_of(finding, _Facts).places)
    return f"Keep only one of {places}. A `Rescaling` layer in the model also scales new data."
