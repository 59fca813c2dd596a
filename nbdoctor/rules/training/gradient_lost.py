"""Gradients that are lost between the tape and the optimizer."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.handed_gradients import HandedGradients
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule

MANY = 4
"""Micro-batches of which the sum is worth a word."""

NEAR = 0.05

LENGTH, COSINE = "length of the gradient, of that of the tape", "cosine"


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The optimizer gets the gradients that the tape has computed",
    explains=(
        "weights-stand-still",
        "learning-rate-too-low",
        "learning-rate-too-high",
        "below-simple-models",
        "baseline-not-beaten",
        "too-few-steps",
    ),
    gated=True,
    parts=("loop",),
)
def gradient_lost(
    handed: HandedGradients, /, *, least: float = 1e-3, most: float = 1e3, along: float = 0.1
) -> Iterator[Finding]:
    """Gradients that are lost between the tape and the optimizer.

    ## What it means
    Between `tape.gradient` and `apply_gradients` gradients may be clipped, scaled, averaged or
    masked. A threshold that is far too small, a mask of zeros, or a division by the wrong number
    leaves nothing of them. Gradients of several micro-batches that are added up without a division
    are as many times too long.

    ## How it is measured
    At the first step the gradient that the optimizer is given is compared with that which the tape
    has computed for the same weights (their mean, where several passes belong to one update).
    Reported is: nothing of it is left; its norm is below `least` (0.001) of the other or above
    `most` (1000) times that; or its direction has little to do with it (a cosine below `along`,
    0.1, and above -`along`). Adam, RMSprop and their kind make steps of the same length whatever
    the gradients are multiplied by, so for them a change of length alone is not reported. A sum
    over `passes` micro-batches is a note. Clipping to the usual norms leaves a tenth or more.

    ## Example
    ```python
    gradients = tape.gradient(loss, model.trainable_variables)
    gradients = [tf.clip_by_value(one, -1e-6, 1e-6) for one in gradients]
    keras.optimizers.SGD(0.01).apply_gradients(zip(gradients, model.trainable_variables))
    ```

    ## What the treatment does
    It says where to look.

    ## When to ignore it
    When gradients are changed on purpose, and the learning rate was chosen for that.

    ## References
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013:
    thresholds of half to ten times the usual norm.
    """
    ratio = handed.ratio
    if handed.scaled:
        message = "the loss is scaled for float16, and gradients are scaled back on their way"
        raise DoesNotApplyError(message)
    if ratio is None:
        message = "the gradient of the tape is 0 or not finite"
        raise DoesNotApplyError(message)
    if ratio == 0:
        yield _finding(handed, "nothing of it reaches the optimizer", ratio, severe=True)
        return
    free, turned = handed.is_scale_free, abs(handed.cosine) < along
    if turned or (not free and not least <= ratio <= most):
        by = f"{figure(ratio, 2)} times as long"
        how = f"its direction is another (cosine {figure(handed.cosine, 2)})" if turned else by
        yield _finding(handed, f"when it reaches the optimizer, {how}", ratio, severe=False)
    elif not free and handed.passes >= MANY and abs(ratio / handed.passes - 1) < NEAR:
        yield _sum(handed)


def _finding(handed: HandedGradients, says: str, ratio: float, *, severe: bool) -> Finding:
    return Finding(
        title="Gradients are lost between the tape and the optimizer",
        says=f"The tape has computed a gradient, but {says}.",
        measured={LENGTH: ratio, **({COSINE: handed.cosine} if ratio else {})},
        expected={LENGTH: "about 1", **({COSINE: "about 1"} if ratio else {})},
        severity="critical" if severe else None,
    )


def _sum(handed: HandedGradients) -> Finding:
    number = handed.passes
    return Finding(
        title=f"Gradients of {number} passes are added up and not divided",
        says=f"One update gets the sum of {number} gradients, which is {number} times as long as "
        f"their mean: for `{handed.optimizer}` the learning rate is {number} times as high.",
        measured={"length of the gradient, of their mean": handed.ratio or 0.0},
        expected={"length of the gradient, of their mean": "about 1"},
        severity="note",
    )


@gradient_lost.treatment("Look at what is done to the gradients", effect="advice")
def look_between(finding: Finding, _cell: Cell) -> str:
    """Pass the gradients on as the tape has computed them."""
    if finding.severity == "note":
        return "Divide the sum by the number of passes, or the learning rate."
    return (
        "Check what is done to the gradients between `tape.gradient` and `apply_gradients`: the "
        "threshold of a clipping, a mask, a division. `keras.optimizers.Adam(clipnorm=1.0)` clips "
        "in the optimizer."
    )
