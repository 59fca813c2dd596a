"""Early stopping that ends the training while the model still learns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import LEARNED, Attained
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.history import History
from nbdoctor.rules.figures import figure, score_figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

USUAL = 10
"""A patience to begin with: Keras's examples use 3 to 10."""

FELL = 0.97
"""Over the epochs that early stopping waited, a loss that still falls reaches this share of what it
was: where training has converged it falls by less than a hundredth."""


FAST = 0.9
"""... and to this one where it falls so fast that nobody would end a training there."""


@dataclass(frozen=True, slots=True)
class _Facts:
    patience: int
    least: float


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="Early stopping did not end the training while the model still learned",
    explains=("below-simple-models", "baseline-not-beaten", "majority-class-only"),
    parts=("length",),
)
def stopped_too_early(
    history: History, callbacks: Callbacks, attained: Attained, fit: Fit, /, *, worse: float = 0.05
) -> Iterator[Finding]:
    """Early stopping that ends the training while the model still learns.

    ## What it means
    `EarlyStopping` counts the epochs in which its monitor has not improved by more than
    `min_delta`. With a `patience` of 0 to 2 one bad epoch may end the training, since a validation
    loss goes up and down; with a `min_delta` larger than what an epoch gains every epoch counts as
    a bad one.

    ## How it is measured
    Three conditions must hold after training. `EarlyStopping` ended it before the planned epochs.
    Over the epochs that it waited (at least the last two) the training loss still fell by
    3 % or more, and the monitor ended no more than `worse` (0.05, a twentieth) behind its best. And
    a better result is possible: the trained model lies clearly below what simple models reach on
    rows that they have not seen (by 0.15 or more, on a scale where 0 is the best constant
    prediction and 1 is perfect). Where most of these epochs were better ones, by less than
    `min_delta`, and the loss fell by a tenth or more, that is reported of every model with a score
    below 0.9.

    ## Example
    ```python
    import keras

    stop = keras.callbacks.EarlyStopping(monitor="loss", min_delta=0.1, patience=3)
    model.fit(x, y, epochs=100, callbacks=[stop])
    ```

    ## What the treatment does
    It sets `min_delta` to 0 where that made the difference, else `patience` to 10.

    ## When to ignore it
    When the training is meant to be short.

    ## References
    Prechelt, "Early stopping, but when?", in "Neural Networks: Tricks of the Trade", 1998; Keras
    documentation, `EarlyStopping`.
    """
    stops = [one for one in callbacks.callbacks if one.kind == "EarlyStopping" and not one.own]
    losses = history.values.get("loss", ())
    if not stops or history.epochs >= fit.epochs - fit.initial_epoch:
        message = "no `EarlyStopping` ended the training"
        raise DoesNotApplyError(message)
    if len(losses) < 2:  # noqa: PLR2004  (a fall takes two)
        message = "it was ended after a single epoch"
        raise DoesNotApplyError(message)
    one = stops[0]
    waited = max(1, one.waits or 0)
    before = losses[max(0, len(losses) - 1 - waited)]
    is_strict = _is_least_too_large(one, _values(one, history))
    loses = is_strict and losses[-1] <= FAST * before and attained.score < LEARNED
    falls = losses[-1] <= FELL * before and _is_near_its_best(one, history, worse)
    if falls and (attained.has_gap or loses):
        yield _finding(one, history, attained, fit, before)


def _values(one: Callback, history: History) -> tuple[float, ...]:
    """What it watched, so that smaller is better."""
    values = history.values.get(one.monitor, ())
    is_larger_better = one.mode == "max" or (one.mode == "auto" and one.better == "max")
    return tuple(-value for value in values) if is_larger_better else values


def _is_near_its_best(one: Callback, history: History, worse: float) -> bool:
    """Whether its monitor ended about where it was best: what overfits has left that behind."""
    values = _values(one, history)
    return bool(values) and values[-1] - min(values) <= worse * abs(min(values))


def _is_least_too_large(one: Callback, values: Sequence[float]) -> bool:
    """Whether most of the epochs that it waited were better than the one before, by too little."""
    steps = [later - earlier for earlier, later in pairwise(values[-1 - max(1, one.waits or 0) :])]
    better = [step for step in steps if -one.least < step < 0]
    return one.least > 0 and 2 * len(better) > len(steps)


def _finding(
    one: Callback, history: History, attained: Attained, fit: Fit, before: float
) -> Finding:
    losses = history.values["loss"]
    waited = max(1, one.waits or 0)
    is_strict = _is_least_too_large(one, _values(one, history))
    why = (
        f"Most of the last {waited} epochs improved `{one.monitor}`, by less than "
        f"`min_delta={one.least:g}`, which counts as no improvement."
        if is_strict
        else f"It waits {one.waits or 0} epochs for a better `{one.monitor}`."
    )
    return Finding(
        title="`EarlyStopping` ended the training while the model still learned",
        says=f"`EarlyStopping` ended the training after {history.epochs} of "
        f"{fit.epochs - fit.initial_epoch} epochs. {why} The training loss still fell, from "
        f"{figure(before)} to {figure(losses[-1])} over the last {waited}. The model's score on "
        f"{attained.where} is {score_figure(attained.score)}, that of simple models "
        f"{score_figure(attained.ceiling or 0.0)} (0: the best constant, 1: perfect).",
        where=Where(call="EarlyStopping", argument="min_delta" if is_strict else "patience"),
        measured={"epochs": history.epochs, "score after training": attained.score},
        expected={"score after training": f"about {figure(attained.ceiling or 0.0, 2)}"},
        facts=_Facts(patience=one.waits or 0, least=one.least if is_strict else 0.0),
    )


@stopped_too_early.treatment("Let early stopping wait for longer", effect="training")
def wait_for_longer(finding: Finding, cell: Cell) -> Cell | str:
    """Count every improvement, or wait for more epochs without one."""
    facts = facts_of(finding, _Facts)
    argument, value = ("min_delta", "0") if facts.least else ("patience", str(_longer(facts)))
    if len(cell.calls_of("EarlyStopping")) != 1:
        return f"Create it with `EarlyStopping({argument}={value})`."
    return cell.with_argument(
        "EarlyStopping", argument, value, position=1 if argument == "min_delta" else 2
    )


def _longer(facts: _Facts) -> int:
    return max(USUAL, 3 * facts.patience)
