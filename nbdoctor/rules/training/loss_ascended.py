"""A step that makes its loss larger."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.handed_gradients import HandedGradients
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="The training step lowers its loss",
    explains=(
        "below-simple-models",
        "baseline-not-beaten",
        "diverging-loss",
        "learning-rate-too-high",
        "non-finite-loss",
        "constant-predictions",
        "majority-class-only",
    ),
    parts=("loop",),
)
def loss_ascended(handed: HandedGradients, /, *, along: float = 0.5) -> Iterator[Finding]:
    """A step that makes its loss larger.

    ## What it means
    An optimizer subtracts the gradient it is given, so that what was differentiated falls. If the
    loss has a minus sign before it (`tape.gradient(-loss, ...)`), or the gradients have one on
    their way to `apply_gradients`, each step makes predictions worse.

    ## How it is measured
    The operations from the loss that compares predictions with labels to the number that is
    differentiated are followed: each negation, subtraction and negative factor turns the direction
    round; where an operation could go either way, nothing is said. The gradient that the optimizer
    is given is compared with that of the tape: a cosine below -`along` (0.5) turns it round, too.
    A step with several losses is not judged, since it may raise one to lower another, nor is one
    whose labels are all equal, as in adversarial training.

    ## Example
    ```python
    with tf.GradientTape() as tape:
        loss = -loss_function(labels, model(inputs, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    ```

    ## What the treatment does
    It says which sign to remove.

    ## When to ignore it
    When the loss is meant to grow, as to make a model forget, or if it is a score in truth.

    ## References
    Keras documentation, `Optimizer.apply`.
    """
    if not handed.grows:
        message = "the step does not show which way it moves its loss"
        raise DoesNotApplyError(message)
    if not handed.labels_vary:
        message = "the labels of the step are all equal, or not known"
        raise DoesNotApplyError(message)
    turned = handed.cosine < -along
    if (handed.grows < 0) == turned:
        return
    if turned:
        why = (
            "the gradients have the opposite direction when they reach the optimizer (cosine "
            f"{figure(handed.cosine, 2)})"
        )
    else:
        why = "what the tape differentiates falls as the loss grows"
    yield Finding(
        title="The training step makes the loss larger",
        says=f"`{handed.optimizer}` goes against the gradient that it is given, and {why}. So each "
        "step moves the predictions away from the labels.",
        measured={"direction of the step": "up the loss"},
        expected={"direction of the step": "down the loss"},
    )


@loss_ascended.treatment("Remove the minus sign", effect="advice")
def remove_the_sign(_finding: Finding, _cell: Cell) -> str:
    """Differentiate the loss itself, and pass its gradients on as they are."""
    return (
        "Differentiate the loss without a minus sign, and pass the gradients of the tape to "
        "`apply_gradients` as they are: the optimizer subtracts them."
    )
