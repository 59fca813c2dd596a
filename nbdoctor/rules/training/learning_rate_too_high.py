"""Steps of the optimizer that increase the loss."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.optimizer import rate_text, usual_rate, with_rate
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

Step = tuple[float, float]
"""Loss of a batch before and after a step on it."""

FAR_ABOVE = 10.0
"""Times the usual rate: if a tenth of the current rate is still above that, offer the usual one."""


@dataclass(frozen=True, slots=True)
class _Facts:
    optimizer: str
    rate: float | None
    scheduled: bool

    @property
    def constant_rate(self) -> float | None:
        """The learning rate, None where it is not known or follows a schedule."""
        return None if self.scheduled else self.rate


@rule(
    family="training",
    severity="critical",
    kind="strong",
    holds="The first steps together do not sharply increase the loss",
    explains=(
        "exploding-gradient",
        "dead-units",
        "fading-signal",
        "non-finite-loss",
        "diverging-loss",
        "constant-predictions",
        "baseline-not-beaten",
        "too-few-steps",
    ),
    gated=True,
    parts=("optimizer",),
)
def learning_rate_too_high(  # noqa: PLR0913  (four readings, three thresholds)
    updates: Updates,
    loss: LossAtInit | None,
    trained: Trained | None,
    gradients: Gradients | None,
    /,
    *,
    times: float = 2.0,
    smallest: float = 1e-3,
    whole: float = 1.0,
) -> Iterator[Finding]:
    """The first steps of the optimizer multiply the loss of their own batch.

    ## What it means
    A gradient gives the direction of descent for a short step only. A step that is too long ends at
    a higher loss than before, and the next one overshoots further. The weights grow without
    learning anything, ReLU units die, or the loss becomes NaN.

    ## How it is measured
    Up to three real steps of your optimizer are taken on a copy of the weights, and the loss of the
    same batch is computed before and after each. A step must multiply the loss by at least `times`
    (2), in addition to its random variation (dropout), or make it NaN or infinite, and the loss
    must still be that high after the last of them: a network may leave one bad step behind (one
    went from 2.12 to 5.9 in its first step and to 0.22 in training). Where only one step is known
    the finding is a warning. Where the gradient itself is NaN or infinite no learning rate is to
    blame, and the rule does not judge. The learning
    rate itself is not judged: Adam at 1.0 gave 92 and SGD at 10 gave 39, and neither learned; SGD
    at 1.0 gave 0.75 and Adam at 0.1 gave 0.64, and both learned.

    A step may also be so long that it replaces the weights: the median kernel changes by at least
    `whole` (1.0) times its own norm. That is not a problem as long as the model learns (Adam at
    0.1: 0.56), so it is reported only after training, and only if the loss is above that of the
    best constant prediction.

    A step that ends with a loss below that of the best constant prediction is not judged, so a
    trained model with a loss near 0 is not reported. If that baseline is not known, losses below
    `smallest` (0.001) do not count.

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
    It sets a tenth of the learning rate. That raised the accuracy of one model from 0.333 to 0.875.
    If the rate follows a schedule, it only says so.

    ## When to ignore it
    When the learning rate is still increasing at the start (warm-up): then this rule does not
    judge. Nor does it where the gradient itself is not finite: no rate would help.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 8.2. The threshold of 2 lies
    between the models measured with Keras 3.15 above.
    """
    if updates.scheduled and (updates.rate_middle or 0.0) > (updates.rate_now or 0.0):
        message = "the learning rate is still rising at the start (warm-up)"
        raise DoesNotApplyError(message)
    if gradients is not None and any(one.non_finite for one in gradients.weights):
        message = "the gradient itself is NaN or infinite, which no learning rate changes"
        raise DoesNotApplyError(message)
    if not updates.loss_before:
        message = "the loss before and after a step is not known"
        raise DoesNotApplyError(message)
    baseline = loss.baseline if loss is not None else None
    steps = [
        step
        for step in zip(updates.loss_before, updates.loss_after, strict=False)
        if _counts(step, baseline, smallest)
    ]
    worst, least = (
        max(steps, key=_growth, default=None),
        times * (1 + updates.loss_changes_by_itself),
    )
    if worst is not None and _growth(worst) >= least:
        alone = len(updates.loss_before) == 1
        if alone or _stays_high(updates, least):
            yield replace(_finding(worst, updates), severity="warning" if alone else None)
    elif (updates.ratio or 0.0) >= whole:
        reached = _reached(trained)
        if baseline and reached > baseline:
            yield _replaced(updates, reached, baseline)


def _reached(trained: Trained | None) -> float:
    """Return the loss after training, 0 where it cannot be compared with that of a constant."""
    if trained is None or trained.weighted:
        return 0.0
    return trained.loss or 0.0


def _counts(step: Step, baseline: float | None, smallest: float) -> bool:
    """Whether the loss after this step is too high for a useful model."""
    before, after = step
    if not math.isfinite(before) or before <= 0:
        return False
    if not math.isfinite(after):
        return True
    return before >= smallest if baseline is None else after > baseline


def _growth(step: Step) -> float:
    before, after = step
    return after / before if math.isfinite(after) else math.inf


def _stays_high(updates: Updates, least: float) -> bool:
    """Whether the loss is still far above where it began, after the last step that is known."""
    first, last = updates.loss_before[0], updates.loss_after[-1]
    return not math.isfinite(last) or last >= least * first


def _replaced(updates: Updates, reached: float, baseline: float) -> Finding:
    """Return the finding on steps larger than the weights, in a training that learned nothing.

    The loss proves the harm, also where the outputs still rank rows or classes well.
    """
    change = "change of a kernel in the first step, relative to its norm"
    return Finding(
        title="The steps of the optimizer are too large",
        says=f"The first step of `{updates.optimizer}`{_at_rate(updates)} changes a kernel by "
        f"{figure(updates.ratio or 0.0)} times its own norm, so each step replaces the weights. "
        f"Training ends with a loss of {figure(reached)}; the best constant prediction has "
        f"{figure(baseline)}.",
        where=Where(call="compile", argument="optimizer"),
        measured={change: updates.ratio or 0.0, "loss after training": reached},
        expected={change: "about 0.001 to 0.1", "loss after training": f"below {figure(baseline)}"},
        facts=_facts(updates),
        gated=False,
    )


def _finding(step: Step, updates: Updates) -> Finding:
    before, after = step
    ends = (
        f"multiplies the loss of its own batch by {figure(after / before)} "
        f"({figure(before)} to {figure(after)})"
        if math.isfinite(after)
        else f"changes the loss of its own batch from {figure(before)} to {after}"
    )
    return Finding(
        title="The steps of the optimizer are too large",
        says=f"A step of `{updates.optimizer}`{_at_rate(updates)} {ends}, although a step should "
        "reduce that loss: it overshoots.",
        where=Where(call="compile", argument="optimizer"),
        measured={"loss after a step / before": _growth(step)},
        expected={"loss after a step / before": "below 1"},
        facts=_facts(updates),
    )


def _at_rate(updates: Updates) -> str:
    rate = updates.rate_now
    return f" at a learning rate of {figure(rate)}" if rate is not None else ""


def _facts(updates: Updates) -> _Facts:
    return _Facts(optimizer=updates.optimizer, rate=updates.rate_now, scheduled=updates.scheduled)


@learning_rate_too_high.treatment("Use a tenth of the learning rate", effect="training")
def use_a_tenth(finding: Finding, cell: Cell) -> Cell | str:
    """Set a tenth of the learning rate, and keep the optimizer."""
    facts = facts_of(finding, _Facts)
    rate = facts.constant_rate
    if rate is None:
        return f"Start the schedule of `{facts.optimizer}` at a tenth of its rate."
    lower = rate_text(rate / 10)
    try:
        return with_rate(cell, facts.optimizer, lower)
    except CannotEditError:
        return f"Compile the model with `{facts.optimizer}(learning_rate={lower})`."


@learning_rate_too_high.treatment("Use the usual learning rate", effect="training")
def use_the_usual_rate(finding: Finding, cell: Cell) -> Cell | None:
    """Set the usual rate of this optimizer: a tenth of the current one is still far above it."""
    facts = facts_of(finding, _Facts)
    rate, usual = facts.constant_rate, usual_rate(facts.optimizer)
    if rate is None or rate / 10 < FAR_ABOVE * float(usual):
        return None
    try:
        return with_rate(cell, facts.optimizer, usual)
    except CannotEditError:
        return None
