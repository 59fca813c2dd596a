"""A step of the optimizer makes the loss much larger."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.rate import rate_text, usual_rate, with_rate
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.trained import Trained
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

Step = tuple[float, float]
"""Loss of a batch before and after a step on it."""

FAR_ABOVE = 10.0
"""Times the usual rate: where even a tenth of the present rate is above that, the usual is near."""


@rule(
    family="training",
    severity="critical",
    kind="strong",
    holds="The first real steps do not throw the loss up",
    explains=(
        "exploding-gradient",
        "dead-units",
        "non-finite-loss",
        "diverging-loss",
        "constant-predictions",
        "baseline-not-beaten",
        "too-few-steps",
    ),
)
def learning_rate_too_high(  # noqa: PLR0913  (three readings, three thresholds)
    updates: Updates,
    loss: LossAtInit | None,
    trained: Trained | None,
    /,
    *,
    times: float = 2.0,
    smallest: float = 1e-3,
    whole: float = 1.0,
) -> Iterator[Finding]:
    """One step of the optimizer multiplies the loss of the batch it was made for.

    ## What it means
    A gradient says which way is down, for a short step. A step that is too long lands on the
    other side of the valley, higher than before, and the next one goes further. The weights grow
    without learning, units die or everything ends in NaN.

    ## How it is measured
    Up to three real steps of your own optimizer are made on a copy, and the loss of the same batch
    is taken before and after each. The finding needs a loss that a step multiplies by `times` (2)
    or more, on top of what the loss changes by itself (dropout), or that stops being finite. The
    size of the rate is not judged: Adam at 1.0 gave 92 and SGD at 10 gave 39, and neither learned;
    SGD at 1.0 gave 0.75 and Adam at 0.1 gave 0.64, and both learned.

    A step may also be so long that it replaces the weights: it moves the median kernel by `whole`
    (1.0) of its own size or more. That is no fault as long as it learns (Adam at 0.1: 0.56), so it
    is reported after training only, where the loss is above that of the best constant answer.

    A loss that ends below that of the best constant is not judged, so a trained model with a loss
    near 0 stays silent. Where that constant is not known, losses below `smallest` (0.001) do not
    count.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(2, activation="softmax"),
    ])
    model.compile(keras.optimizers.Adam(learning_rate=5.0), "sparse_categorical_crossentropy")
    model.fit(x, y)
    ```

    ## What the treatment does
    It writes a tenth of the rate. That took a model from 0.333 to 0.875. Where the rate follows a
    schedule, it says so and changes nothing.

    ## When to ignore it
    When the rate is still rising at the start, as in a warm-up: then this rule does not judge.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 8.2. The limit of 2 lies
    between the models measured with Keras 3.15 above.
    """
    if updates.scheduled and (updates.rate_middle or 0.0) > (updates.rate_now or 0.0):
        message = "the learning rate is still rising at the start"
        raise DoesNotApplyError(message)
    baseline = loss.baseline if loss is not None else None
    steps = [
        step
        for step in zip(updates.loss_before, updates.loss_after, strict=False)
        if _counts(step, baseline, smallest)
    ]
    worst = max(steps, key=_growth, default=None)
    if worst is not None and _growth(worst) >= times * (1 + updates.loss_changes_by_itself):
        yield _finding(worst, updates)
    elif (updates.ratio or 0.0) >= whole:
        reached = _reached(trained)
        if baseline and reached > baseline:
            yield _replaced(updates, reached, baseline)


def _reached(trained: Trained | None) -> float:
    """The loss after training, 0 where it cannot be compared with that of a constant."""
    if trained is None or trained.weighted:
        return 0.0
    return trained.loss or 0.0


def _counts(step: Step, baseline: float | None, smallest: float) -> bool:
    """Whether this step ended at a loss that a useful model does not have."""
    before, after = step
    if not math.isfinite(before) or before <= 0:
        return False
    if not math.isfinite(after):
        return True
    return before >= smallest if baseline is None else after > baseline


def _growth(step: Step) -> float:
    before, after = step
    return after / before if math.isfinite(after) else math.inf


def _replaced(updates: Updates, reached: float, baseline: float) -> Finding:
    """A step that is larger than the weights, and a training that came to nothing."""
    return Finding(
        title="The steps of the optimizer are too long",
        says=f"At a rate of {figure(updates.rate_now or 0.0)} the first step of "
        f"`{updates.optimizer}` moves a kernel by {figure(updates.ratio or 0.0)} times its own "
        f"size, and training ends at a loss of {figure(reached)}, where the best constant answer "
        f"has {figure(baseline)}: each step replaces the weights.",
        where=Where(call="compile", argument="optimizer"),
        measured={
            "first step over the size of a kernel": updates.ratio or 0.0,
            "learning rate": updates.rate_now or 0.0,
            "optimizer": updates.optimizer,
            **({"schedule": "yes"} if updates.scheduled else {}),
        },
        expected={"first step over the size of a kernel": "about 0.001 to 0.1"},
    )


def _finding(step: Step, updates: Updates) -> Finding:
    before, after = step
    ends = (
        f"multiplies the loss of its own batch by {figure(after / before)} "
        f"({figure(before)} to {figure(after)})"
        if math.isfinite(after)
        else f"takes the loss of its own batch from {figure(before)} to {after}"
    )
    rate = f" at a rate of {figure(updates.rate_now)}" if updates.rate_now is not None else ""
    return Finding(
        title="The steps of the optimizer are too long",
        says=(
            f"A step of `{updates.optimizer}`{rate} {ends}. A step of fitting length makes that "
            "loss smaller; this one overshoots."
        ),
        where=Where(call="compile", argument="optimizer"),
        measured={
            "loss after a step over before": _growth(step),
            "optimizer": updates.optimizer,
            **({"learning rate": updates.rate_now} if updates.rate_now is not None else {}),
            **({"schedule": "yes"} if updates.scheduled else {}),
        },
        expected={"loss after a step over before": "below 1"},
    )


@learning_rate_too_high.treatment("Take a tenth of the rate", effect="training")
def take_a_tenth(finding: Finding, cell: Cell) -> Cell | str:
    """Write a tenth of the learning rate, and leave the optimizer as it is."""
    optimizer, rate = str(finding.measured["optimizer"]), finding.measured.get("learning rate")
    if not isinstance(rate, float | int) or "schedule" in finding.measured:
        return f"Let the schedule of `{optimizer}` start at a tenth of its rate."
    lower = rate_text(rate / 10)
    try:
        return with_rate(cell, optimizer, lower)
    except CannotEditError:
        return f"Compile the model with `{optimizer}(learning_rate={lower})`."


@learning_rate_too_high.treatment("Take the usual rate", effect="training")
def take_the_usual_rate(finding: Finding, cell: Cell) -> Cell | None:
    """Write the rate that is usual for this optimizer: a tenth of the present one is far above."""
    optimizer, rate = str(finding.measured["optimizer"]), finding.measured.get("learning rate")
    usual = usual_rate(optimizer)
    if not isinstance(rate, float | int) or "schedule" in finding.measured:
        return None
    if rate / 10 < FAR_ABOVE * float(usual):
        return None
    try:
        return with_rate(cell, optimizer, usual)
    except CannotEditError:
        return None
