"""Logits passed to a loss that expects probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.losses import PROBABILITIES_BY, UNIT, exceeds
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

RELU = {"relu", "relu6"}


@dataclass(frozen=True, slots=True)
class _Facts:
    loss: str
    activation: str
    fitting: str


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The cross-entropy gets probabilities, or logits with `from_logits=True`",
    explains=(
        "loss-starts-high",
        "baseline-not-beaten",
        "fails-to-memorise",
        "too-few-steps",
    ),
    parts=("head", "loss"),
)
def logits_as_probabilities(head: Head, /, *, tolerance: float = 1e-6) -> Iterator[Finding]:
    """Logits passed to a loss that expects probabilities.

    ## What it means
    Without `from_logits=True` a cross-entropy interprets the outputs as probabilities and clips
    them to 0 and 1. Clipped outputs get no gradient, so with several units much of the model does
    not learn (measured over 20 epochs: accuracy 0.45, and an initial loss of 7.2 where ln 3 = 1.1
    is usual). A single unit learns more slowly, and its outputs are not probabilities.

    ## How it is measured
    The loss is a cross-entropy without `from_logits=True`, and the output activation can put out
    values outside 0 to 1: no activation, tanh and the like. It is the structure that is judged:
    that the first predictions happen to lie inside changes nothing. Where the structure is not
    known, the smallest and the largest prediction are compared with 0 and 1; `tolerance` allows
    for float32 rounding. With one unit it is a warning, with several it is critical.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3)])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    The first adds a softmax or sigmoid to the output layer, so that `predict` returns
    probabilities. The second sets `from_logits=True`; `predict` then still returns logits.

    ## When to ignore it
    Logits with `from_logits=True` are correct and not reported.

    ## References
    Keras documentation, "Probabilistic losses", argument `from_logits`.
    """
    judged = False
    for output in head.outputs:
        if output.loss not in PROBABILITIES_BY or output.from_logits:
            continue
        seen = _seen(output)
        if output.reach is None and seen is None:
            continue
        judged = True
        by_structure = (
            output.reach is not None
            and exceeds(output.reach, UNIT, tolerance)
            and output.activation not in RELU  # `relu-classifier-head` tells
        )
        if by_structure or (seen is not None and exceeds(seen, UNIT, tolerance)):
            yield _finding(output, seen)
    if not judged:
        message = "no cross-entropy loss expects probabilities"
        raise DoesNotApplyError(message)


def _seen(output: Output) -> tuple[float, float] | None:
    if output.minimum is None or output.maximum is None:
        return None
    return output.minimum, output.maximum


def _finding(output: Output, seen: tuple[float, float] | None) -> Finding:
    one = output.width in {None, 1}
    ends_in = {"": "", "linear": ", which has no activation,"}.get(
        output.activation,
        f", which ends in {output.activation},",
    )
    consequence = (
        "so training is slower than necessary and the outputs are not probabilities"
        if one
        else "and clipped outputs get no gradient"
    )
    return Finding(
        title="The loss expects probabilities but gets logits",
        says=f"{output.begins}{ends_in} outputs {_span(output, seen)}, and `{output.loss}` does "
        f"not have `from_logits=True`. It clips them to 0 and 1, {consequence}.",
        where=Where(layer=output.layer, call="compile", argument="loss"),
        measured={
            **({} if seen is None else {"smallest output": seen[0], "largest output": seen[1]}),
            **({"output activation": output.activation} if output.activation else {}),
        },
        expected={
            **({} if seen is None else {"smallest output": "at least 0"}),
            **({} if seen is None else {"largest output": "at most 1"}),
            "output activation": PROBABILITIES_BY[output.loss],
        },
        facts=_Facts(output.loss, output.activation, PROBABILITIES_BY[output.loss]),
        severity="warning" if one else "critical",
    )


def _span(output: Output, seen: tuple[float, float] | None) -> str:
    if seen is None:
        return "any values"
    span = f"{figure(seen[0])} to {figure(seen[1])} in {output.rows} rows"
    return f"values from {span}" if exceeds(seen, UNIT) else f"any values (so far {span})"


@logits_as_probabilities.treatment("Add a softmax or sigmoid to the output", effect="model")
def add_the_activation(finding: Finding, cell: Cell) -> Cell:
    """Use the output activation that this loss expects; `predict` then returns probabilities."""
    return with_head(cell, finding.where.layer, activation=facts_of(finding, _Facts).fitting)


@logits_as_probabilities.treatment("Set `from_logits=True`", effect="training")
def set_from_logits(finding: Finding, cell: Cell) -> Cell | None:
    """Set `from_logits=True`; `predict` still returns logits."""
    facts = facts_of(finding, _Facts)
    if facts.activation != "linear":
        return None
    return with_loss(cell, facts.loss, from_logits="True")
