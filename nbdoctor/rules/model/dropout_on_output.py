"""Dropout after the output layer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head
from nbdoctor.readings.wiring import SHAPE_ONLY, Step, Wiring
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

UNKNOWN = frozenset({"", "custom"})
"""User-defined losses: one that compares two views of a row needs them to differ."""

LAYER_LINE = re.compile(r"(?:\w+\.add\((?P<added>.+)\)|(?P<listed>.+),)$")
"""The only layer on a line: `model.add(Dense(3))`, or `Dense(3),` in a list."""


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="No dropout comes after the output layer",
    explains=(
        "baseline-not-beaten",
        "fails-to-memorise",
        "loss-starts-high",
        "too-few-steps",
    ),
    parts=("head", "regularisation"),
)
def dropout_on_output(wiring: Wiring, head: Head, /) -> Iterator[Finding]:
    """Dropout on the predictions.

    ## What it means
    In training, dropout sets random values to zero and scales up the others. After the output layer
    these values are the predictions: the probability of the correct class is randomly set to 0, and
    the loss counts that as a large error that no weight can reduce (a loss of 4 to 6 instead of
    0.1). In `predict` and `evaluate` dropout is off, so training and validation losses disagree.

    ## How it is measured
    This follows from the graph of layers: the last layer before an output is a dropout layer with a
    rate above 0, and a built-in Keras loss is computed from this output.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
        keras.layers.Dropout(0.5),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    It moves the dropout before the last layer, so that it acts on hidden values.

    ## When to ignore it
    Never with a built-in loss. Dropout that stays on in `predict` (Monte Carlo dropout) belongs
    before the last layer as well.

    ## References
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent
    neural networks from overfitting", JMLR 2014.
    """
    judged = {output.layer for output in head.outputs if output.loss not in UNKNOWN}
    if not judged:
        message = "no output has a built-in loss"
        raise DoesNotApplyError(message)
    for step in wiring.steps:
        if step.is_output and step.rate and judged & _heads(step, wiring):
            yield _finding(step, step.rate)


def _heads(step: Step, wiring: Wiring) -> set[str]:
    """The step, and those whose values it only passes on."""
    names = {step.name}
    while step.kind in SHAPE_ONLY and step.takes:
        before = wiring.step(step.takes[0])
        if before is None:
            break
        step = before
        names.add(step.name)
    return names


def _finding(step: Step, rate: float) -> Finding:
    return Finding(
        title=f"`{step.name}` applies dropout to the predictions",
        says=f"In training, `{step.name}` sets {figure(100 * rate)} % of the model's predictions "
        "to 0 at random, and the loss counts them as errors that no weight can reduce.",
        where=Where(layer=step.name, call=step.kind, line=step.line),
        measured={"dropout rate on the predictions": rate},
        expected={"dropout rate on the predictions": 0},
    )


@dropout_on_output.treatment("Move the dropout before the last layer", effect="model")
def move_it_before_the_last_layer(finding: Finding, cell: Cell) -> Cell | str:
    """Swap the last two layers, so that dropout acts on hidden values."""
    line, lines = finding.where.line, cell.source.split("\n")
    if line is not None and line > 1 and _are_layers(lines[line - 2 : line]):
        lines[line - 2 : line] = lines[line - 1], lines[line - 2]
        return Cell("\n".join(lines))
    return f"Put `{finding.where.layer}` before the output layer, or remove it."


def _are_layers(lines: list[str]) -> bool:
    """Whether each of two lines creates one layer, and both in the same way."""
    found = [LAYER_LINE.match(line.partition("#")[0].strip()) for line in lines]
    if not all(found):
        return False
    written = [(match["added"] or "", match["listed"] or "") for match in found if match]
    whole = all(
        (added or listed).count("(") == (added or listed).count(")") for added, listed in written
    )
    return whole and bool(written[0][0]) == bool(written[1][0])
