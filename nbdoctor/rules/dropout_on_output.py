"""Dropout after the layer that makes the predictions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.head import Head
from nbdoctor.probes.wiring import Step, Wiring
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

UNKNOWN = frozenset({"", "custom"})
"""Losses of the user's own: one that compares two views of a row wants them to differ."""

LAYER_LINE = re.compile(r"^\s*(?:\w+\.add\((?P<added>.+)\)|(?P<listed>.+),)$")
"""A layer alone on its line: `model.add(Dense(3))`, or `Dense(3),` in a list."""


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="No dropout stands behind the output layer",
    explains=(
        "baseline-not-beaten",
        "fails-to-memorise",
        "loss-starts-high",
        "too-few-steps",
    ),
)
def dropout_on_output(wiring: Wiring, head: Head, /) -> Iterator[Finding]:
    """Dropout on the predictions themselves.

    ## What it means
    Dropout sets values to zero at random in training and scales up the others. On the last layer
    these are the predictions: the probability of the right class becomes 0 by chance, and the
    loss counts that as a large error that no weight can do anything about (a loss of 4 to 6
    instead of 0.1). In `predict` and `evaluate` dropout is off, so the two disagree.

    ## How it is measured
    It follows from the graph: the layer that makes the output is a dropout layer with a rate
    above 0, and one of Keras's own losses judges its result.

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
    It puts the dropout before the last layer, where it acts on hidden values.

    ## When to ignore it
    Dropout that stays on in `predict`, to ask for several predictions, belongs before the last
    layer as well.

    ## References
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent
    neural networks from overfitting", JMLR 2014.
    """
    judged = {output.layer for output in head.outputs if output.loss not in UNKNOWN}
    if not judged:
        message = "none of Keras's losses judges an output"
        raise DoesNotApplyError(message)
    for step in wiring.steps:
        if step.is_output and step.name in judged and step.rate:
            yield _finding(step, step.rate)


def _finding(step: Step, rate: float) -> Finding:
    return Finding(
        title=f"`{step.name}` drops the predictions themselves",
        says=f"In training `{step.name}` sets {figure(100 * rate)} % of the model's predictions to "
        "0 at random, and the loss counts them as errors that no weight can mend.",
        where=Where(layer=step.name, call=step.kind, line=step.line),
        measured={"share of predictions dropped": rate},
        expected={"share of predictions dropped": 0},
    )


@dropout_on_output.treatment("Put the dropout before the last layer", effect="model")
def put_it_before_the_last_layer(finding: Finding, cell: Cell) -> Cell | str:
    """Exchange the last two layers, so that dropout acts on hidden values."""
    line, lines = finding.where.line, cell.source.split("\n")
    if line is not None and line > 1 and _are_layers(lines[line - 2 : line]):
        lines[line - 2 : line] = lines[line - 1], lines[line - 2]
        return Cell("\n".join(lines))
    return f"Put `{finding.where.layer}` before the layer that makes the predictions, or leave it."


def _are_layers(lines: list[str]) -> bool:
    """Whether each of two lines makes one layer, and both in the same way."""
    found = [LAYER_LINE.match(line.partition("#")[0].rstrip()) for line in lines]
    if not all(found):
        return False
    written = [(match["added"] or "", match["listed"] or "") for match in found if match]
    whole = all(
        (added or listed).count("(") == (added or listed).count(")") for added, listed in written
    )
    return whole and bool(written[0][0]) == bool(written[1][0])
