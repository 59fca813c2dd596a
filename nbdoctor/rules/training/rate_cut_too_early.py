"""A callback that lowers the learning rate to about 0 while the model still has to learn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import LEARNED, Attained
from nbdoctor.readings.callbacks import SETTING_RATES, Callback, Callbacks
from nbdoctor.readings.history import History
from nbdoctor.rules.figures import figure, score_figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

FEW_EPOCHS = 4
"""Fewer epochs have no half before which a rate could be gone."""

SHOWN = 3
"""Factors that are shown, and how many have to grow smaller so that they compound."""

FAST = 0.95
"""A monitor that reached this share of what it was, over the epochs that counted as no better, was
still on its way."""

EVEN = 0.98
"""Rates are stored in single precision, and a cosine ends with factors that grow smaller, too: but
not from its first epochs on by a fiftieth each."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """`compounds`: each epoch cuts the rate more than the one before.

    `least` is the `min_delta` where that made improvements count as none, else 0.
    """

    kind: str
    rate: float
    compounds: bool
    alone: bool
    least: float


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="No callback lowers the learning rate to about 0 before the model has learned",
    explains=(
        "below-simple-models",
        "baseline-not-beaten",
        "rate-falls-to-nothing",
        "too-few-steps",
    ),
    parts=("optimizer",),
)
def rate_cut_too_early(
    history: History, callbacks: Callbacks, attained: Attained, /, *, left: float = 0.01
) -> Iterator[Finding]:
    """A callback that lowers the learning rate to about 0 before the model has learned.

    ## What it means
    `LearningRateScheduler` hands its function the epoch and the learning rate of the epoch before.
    A decay that is meant from the first rate, such as `rate * 0.9 ** epoch`, is multiplied onto a
    rate that has been lowered already: after ten epochs 0.003 of it is left instead of 0.35.
    `ReduceLROnPlateau` takes an improvement below its `min_delta` for none, and lowers the rate
    while the loss still falls. What is left of the training then changes nothing.

    ## How it is measured
    Keras logs the learning rate of each epoch. In the middle of the epochs `LearningRateScheduler`
    has left no more than `left` (0.01, a hundredth) of the highest; or `ReduceLROnPlateau` has
    lowered it after epochs in each of which its monitor improved, by less than `min_delta`. And a
    better result is possible: the trained model lies clearly below what simple models reach on rows
    that they have not seen (by 0.15 or more, on a scale where 0 is the best constant prediction and
    1 is perfect).

    Where each epoch cuts the rate by a larger factor than the one before, a decay compounds; that
    is reported of every model with a score below 0.9, as is a rate that was lowered while its
    monitor fell by a twentieth or more.

    ## Example
    ```python
    import keras

    def decay(epoch, rate):
        return rate * 0.9**epoch

    model.fit(x, y, epochs=50, callbacks=[keras.callbacks.LearningRateScheduler(decay)])
    ```

    ## What the treatment does
    It leaves the callback out, where it is the only one, or says how to compute the rate.

    ## When to ignore it
    When most of the training is meant to run at a very small learning rate.

    ## References
    Keras documentation, `LearningRateScheduler` and `ReduceLROnPlateau`. Measured with Keras 3.15
    on pictures of digits: `0.5 ** epoch` times the rate of the epoch before left an accuracy of
    0.77, `0.9 ** epoch` times the first rate gave 0.92.
    """
    rates = history.values.get("learning_rate", ())
    able = [one for one in callbacks.callbacks if one.kind in SETTING_RATES and not one.own]
    if not able or len(rates) < FEW_EPOCHS:
        message = "no callback changes the learning rate, or there are fewer than four epochs"
        raise DoesNotApplyError(message)
    scheduled = any(one.kind == "LearningRateScheduler" for one in able)
    is_gone = scheduled and 0 <= rates[len(rates) // 2] <= left * max(rates)
    too_strict = _cut_as_it_improved(able, history, rates)
    compounds = is_gone and _compounds(rates)
    is_early = compounds or (too_strict is not None and _was_fast(too_strict, history, rates))
    has_harmed = attained.has_gap and (is_gone or too_strict is not None)
    if has_harmed or (is_early and attained.score < LEARNED):
        one = too_strict or next(one for one in able if one.kind == "LearningRateScheduler")
        least = 0.0 if too_strict is None else one.least
        facts = _Facts(one.kind, rates[0], compounds, len(callbacks.callbacks) == 1, least)
        yield _finding(one, rates, attained, facts)


def _cut_as_it_improved(
    able: Sequence[Callback], history: History, rates: Sequence[float]
) -> Callback | None:
    """The callback that has lowered the rate although its monitor improved in each epoch before."""
    cut = _first_cut(rates)
    for one in able:
        seen = _seen(one, history, cut)
        if not seen or not one.least:
            continue
        steps = [later - earlier for earlier, later in pairwise(seen)]
        falls = one.mode == "min" or (one.mode == "auto" and one.better != "max")
        better = [-step if falls else step for step in steps]
        if len(better) == one.waits and all(0 < step < one.least for step in better):
            return one
    return None


def _first_cut(rates: Sequence[float]) -> int | None:
    """The epoch after which the rate was lowered first."""
    return next((at for at, (one, then) in enumerate(pairwise(rates)) if then < one), None)


def _seen(one: Callback, history: History, cut: int | None) -> Sequence[float]:
    """What it watched over the epochs that it waited, and in the one before."""
    values = history.values.get(one.monitor, ())
    if cut is None or not one.waits or len(values) <= cut:
        return ()
    return values[max(0, cut - one.waits) : cut + 1]


def _was_fast(one: Callback, history: History, rates: Sequence[float]) -> bool:
    """Whether a loss that it watched fell by a twentieth while it counted as no better."""
    seen = _seen(one, history, _first_cut(rates))
    return len(seen) > 1 and 0 < seen[-1] <= FAST * seen[0]


def _finding(one: Callback, rates: Sequence[float], attained: Attained, facts: _Facts) -> Finding:
    at = len(rates) - 1 if facts.least else len(rates) // 2
    why = ""
    if facts.compounds:
        shown = ", ".join(figure(factor) for factor in _factors(rates)[:SHOWN])
        why = f" Each epoch cuts it more than the one before: by factors of {shown} and so on."
    elif facts.least:
        why = (
            f" It was lowered although `{one.monitor}` improved in each epoch, because it improved "
            f"by less than `min_delta={one.least:g}`."
        )
    simple = score_figure(attained.ceiling or 0.0)
    name, kept = f"learning rate in epoch {at + 1}", max(rates) / (1 if facts.least else 100)
    return Finding(
        title="The learning rate was lowered before the model had learned",
        says=f"`{one.kind}` lowered the learning rate from {figure(max(rates))} to "
        f"{figure(rates[at])} in epoch {at + 1} of {len(rates)}.{why} The model's score on "
        f"{attained.where} is {score_figure(attained.score)}, that of simple models {simple} (0: "
        "the best constant, 1: perfect).",
        where=Where(call=one.kind),
        measured={name: rates[at]},
        expected={name: f"{'about' if facts.least else 'above'} {figure(kept)}"},
        facts=facts,
    )


def _factors(rates: Sequence[float]) -> list[float]:
    """What each epoch has multiplied the rate with, where it has lowered it."""
    return [later / earlier for earlier, later in pairwise(rates) if earlier > later > 0]


def _compounds(rates: Sequence[float]) -> bool:
    first = _factors(rates)[: SHOWN + 1]
    return len(first) > SHOWN and all(later < EVEN * earlier for earlier, later in pairwise(first))


@rate_cut_too_early.treatment("Train without the callback", effect="training")
def train_without_it(finding: Finding, cell: Cell) -> Cell | None:
    """Keep the learning rate that the optimizer was made with."""
    if not facts_of(finding, _Facts).alone or len(cell.calls_of("fit")) != 1:
        return None
    return cell.without_argument("fit", "callbacks")


@rate_cut_too_early.treatment("Lower the rate more slowly", effect="advice")
def lower_it_more_slowly(finding: Finding, _cell: Cell) -> str:
    """Say how the rate comes to be what was meant."""
    facts = facts_of(finding, _Facts)
    if facts.kind == "ReduceLROnPlateau":
        return "Set `min_delta` of `ReduceLROnPlateau` to 0.0001, its default, and `patience` to 5."
    if facts.compounds:
        return (
            f"Compute the rate from the first one, such as `{figure(facts.rate)} * 0.9 ** epoch`: "
            "the second argument of the function is the rate of the epoch before."
        )
    return "Let the function of `LearningRateScheduler` return higher rates in later epochs."
