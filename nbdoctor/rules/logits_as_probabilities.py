"""Raw scores given to a loss that expects probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_head, with_loss
from nbdoctor.probes.head import PROBABILITIES_BY, Head, Output
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The cross-entropy receives what it expects, probabilities or declared logits",
    explains=(
        "loss-starts-high",
        "baseline-not-beaten",
        "fails-to-memorise",
        "too-few-steps",
    ),
)
def logits_as_probabilities(head: Head, /, *, tolerance: float = 1e-6) -> Iterator[Finding]:
    """Raw scores given to a loss that expects probabilities.

    ## What it means
    Without `from_logits=True` a cross-entropy takes the outputs for probabilities and cuts off
    what lies outside 0 to 1. Outputs that were cut off get no gradient, so with several units
    much of the model does not learn (measured over 20 epochs: accuracy 0.45, and a loss of 7.2 at
    the start where ln 3 = 1.1 is usual). A single unit learns more slowly, and its outputs are no
    probabilities.

    ## How it is measured
    The loss is a cross-entropy that was not told to expect logits, and the smallest or the
    largest prediction lies outside 0 to 1. `tolerance` is float32 rounding. With one unit it is
    a warning, with several it is critical.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3)])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    The first ends the model in a softmax or sigmoid, so that `predict` gives probabilities. The
    second tells the loss to expect logits; `predict` then goes on giving raw scores.

    ## When to ignore it
    Logits that are declared with `from_logits=True` are right and not reported.

    ## References
    Keras documentation, "Probabilistic losses", argument `from_logits`.
    """
    judged = False
    for output in head.outputs:
        if output.loss not in PROBABILITIES_BY or output.from_logits:
            continue
        if output.minimum is None or output.maximum is None:
            continue
        judged = True
        if output.minimum < -tolerance or output.maximum > 1 + tolerance:
            yield _finding(output, output.minimum, output.maximum)
    if not judged:
        message = "no cross-entropy loss takes its outputs for probabilities"
        raise DoesNotApplyError(message)


def _finding(output: Output, low: float, high: float) -> Finding:
    layer, one = output.layer or output.name, output.width in {None, 1}
    ends_in = {"": "", "linear": ", which has no activation,"}.get(
        output.activation,
        f", which ends in {output.activation},",
    )
    consequence = (
        "so training is slower than it need be and the outputs are no probabilities"
        if one
        else "and outputs that are cut off learn nothing"
    )
    span = f"from {figure(low)} to {figure(high)} over {output.rows} rows"
    return Finding(
        title="The loss takes raw scores for probabilities",
        says=f"`{layer}`{ends_in} puts out values {span}, and `{output.loss}` was not told that "
        f"they are logits. It cuts them off at 0 and 1, {consequence}.",
        where=Where(layer=output.layer, call="compile", argument="loss"),
        measured={
            "smallest output": low,
            "largest output": high,
            "activation": output.activation or "unknown",
            "loss": output.loss,
        },
        expected={
            "smallest output": "at least 0",
            "largest output": "at most 1",
            "activation": PROBABILITIES_BY[output.loss],
        },
        severity="warning" if one else "critical",
    )


@logits_as_probabilities.treatment("Make the outputs probabilities", effect="model")
def make_the_outputs_probabilities(finding: Finding, cell: Cell) -> Cell:
    """End the model in the activation that this loss expects, for `predict` as well."""
    activation = str(finding.expected["activation"])
    return with_head(cell, finding.where.layer, activation=activation)


@logits_as_probabilities.treatment("Tell the loss that they are logits", effect="training")
def tell_the_loss(finding: Finding, cell: Cell) -> Cell | None:
    """Add `from_logits=True`; `predict` goes on giving raw scores."""
    if finding.measured["activation"] != "linear":
        return None
    return with_loss(cell, str(finding.measured["loss"]), from_logits="True")
