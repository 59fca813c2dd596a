"""A term that layers add to the loss, and that decides it."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.loss_parts import LossPart, LossParts
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="No added term of the loss decides what is learned",
    explains=(
        "constant-predictions",
        "baseline-not-beaten",
        "loss-starts-high",
        "too-few-steps",
        "dead-units",
    ),
    parts=("loss",),
)
def dominating_loss_term(parts: LossParts, /) -> Iterator[Finding]:
    """A term that layers add to the loss, and that decides it.

    ## What it means
    `add_loss` and activity regularizers add terms to the loss. If one outweighs the loss on the
    data, training makes that term small, and the model learns nothing of the targets. The loss that
    is shown falls all the same.

    ## How it is measured
    The loss of the traced step is taken apart. Before training a term that is made from what layers
    put out is larger than the loss on the data, training has made it smaller, and the trained model
    predicts nearly the same for every row: the standard deviation of its predictions is below a
    quarter of that of what they are compared with. A large term alone is no evidence.

    ## Example
    ```python
    keras.layers.Dense(32, activation="relu", activity_regularizer=keras.regularizers.L2(1.0))
    ```

    ## What the treatment does
    Nothing is patched: how much the term is to count is for you to decide.

    ## When to ignore it
    When the term is what the model is to learn, and the targets are there because Keras asks for
    some.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 7.1.
    """
    terms = parts.of("activity")
    if not terms or not parts.after_training:
        message = "the loss has no term of its own layers, or was not measured after training"
        raise DoesNotApplyError(message)
    if parts.is_constant is None:
        message = "the spread of predictions or of targets is not known"
        raise DoesNotApplyError(message)
    data, largest = parts.before("data"), max(terms, key=_height)
    shrank = largest.after is not None and largest.before > max(data, largest.after)
    if shrank and parts.is_constant:
        yield _finding(largest, data, parts)


def _height(part: LossPart) -> float:
    return part.before


def _finding(part: LossPart, data: float, parts: LossParts) -> Finding:
    written = f" (`{part.text}`)" if part.text else ""
    begins = part.shown[0].upper() + part.shown[1:]
    return Finding(
        title="An added term of the loss outweighs the data",
        says=f"Before training {part.shown} was {figure(part.before)} and the loss on the data "
        f"{figure(data)}. {begins}{written} fell to {figure(part.after or 0.0)}, and the "
        f"predictions are nearly the same for every row (standard deviation "
        f"{figure(parts.spread or 0.0, 2)}, that of the targets "
        f"{figure(parts.deviation or 0.0, 2)}).",
        where=Where(layer=part.layer, line=part.line),
        measured={"added term before training": part.before},
        expected={"added term before training": f"below {figure(data)}"},
    )


@dominating_loss_term.treatment("Give the term a smaller factor", effect="advice")
def give_it_a_smaller_factor(finding: Finding, _cell: Cell) -> str:
    """Let the term count less than the loss on the data."""
    where = f" in line {finding.where.line}" if finding.where.line is not None else ""
    return (
        f"Multiply the term{where} by a factor that makes it smaller than the loss on the data, or "
        "leave it out until the model learns."
    )
