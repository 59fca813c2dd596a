"""A loss that no small change of the predictions changes."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.loss_parts import LossParts
from nbdoctor.readings.loss_probe import LossProbe
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The loss has a gradient for the predictions",
    explains=(
        "weights-stand-still",
        "untrained-layer",
        "baseline-not-beaten",
        "constant-predictions",
        "too-few-steps",
        "learning-rate-too-low",
        "majority-class-only",
        "inverted-loss",
    ),
    parts=("loss", "head"),
)
def zero_gradient_loss(probe: LossProbe, parts: LossParts | None, /) -> Iterator[Finding]:
    """A loss that no small change of the predictions changes.

    ## What it means
    Training follows the gradient of the loss. Rounding, `argmax`, comparisons and casts to integers
    have a gradient of 0 wherever they have one: a loss that counts right answers, or an F1 score of
    rounded predictions, tells no weight which way to go.

    ## How it is measured
    The part of the traced step between predictions and loss is differentiated at the labels, at
    their opposite and between both; its gradient is 0 or missing in every place. There is no
    threshold.

    ## Example
    ```python
    def my_loss(y_true, y_pred):
        hits = keras.ops.equal(y_true, keras.ops.round(y_pred))
        return 1 - keras.ops.mean(keras.ops.cast(hits, "float32"))
    ```

    ## What the treatment does
    Nothing is patched. It says what to use: a cross-entropy as the loss, and the count as a metric.

    ## When to ignore it
    Never. Where layers add terms of their own (`add_loss`), the loss may only fill its place, and
    is not judged.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 8.1.2.
    """
    if parts is not None and parts.of("activity"):
        message = "the model learns from terms that its layers add as well"
        raise DoesNotApplyError(message)
    known = [loss for loss in probe.losses if loss.is_flat is not None]
    if not known:
        message = "no loss of your own could be differentiated by itself"
        raise DoesNotApplyError(message)
    for loss in known:
        if loss.is_flat:
            named = f"`{loss.function}`" if loss.function else "The loss"
            yield Finding(
                title="The loss has no gradient",
                says=f"{named} does not change with small changes of the predictions, neither at "
                "the labels nor far from them: it rounds, counts or compares. No weight gets a "
                "gradient from it.",
                where=Where(call="compile", argument="loss"),
                measured={"gradient of the loss": 0},
                expected={"gradient of the loss": "other than 0"},
            )


@zero_gradient_loss.treatment("Use a loss without rounding", effect="advice")
def use_a_loss_without_rounding(_finding: Finding, _cell: Cell) -> str:
    """Learn from a smooth loss, and report the count as a metric."""
    return (
        "Compile with a cross-entropy (or a score of the unrounded probabilities), and pass this "
        "function in `metrics`."
    )
