"""Labels of pairs that mean the opposite of what the loss reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.labels import with_labels
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.pairs import PairDistances
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

EVEN = 0.5


@dataclass(frozen=True, slots=True)
class _Facts:
    """`total` is the sum of the two labels: less one of them it is the other."""

    total: float


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The loss pulls together the pairs whose inputs are alike",
    explains=(
        "baseline-not-beaten",
        "constant-predictions",
        "too-few-steps",
        "diverging-loss",
        "learning-rate-too-high",
        "learning-rate-too-low",
        "majority-class-only",
        "dead-units",
        "accuracy-on-regression",
        "weights-stand-still",
    ),
    parts=("labels", "loss"),
)
def inverted_labels(
    pairs: PairDistances,
    labels: Labels | None,
    /,
    *,
    told: float = 0.15,
    least: float = 60,
) -> Iterator[Finding]:
    """Labels of pairs that mean the opposite of what the loss reads.

    ## What it means
    A contrastive loss pulls pairs of one label together and pushes those of the other apart. Some
    read 1 as "same", as Keras's examples do for similarities, others as "different", as the paper
    that introduced it does. With the other convention in the labels, pairs that belong together are
    pushed apart, and the better the model learns, the more wrong it is.

    ## How it is measured
    The model gives equal inputs the smallest output of all, or the largest: it is a distance, or a
    similarity. The part of the traced step between predictions and loss is run on its own, for near
    and far pairs with either label. Which label means "same" is told from the inputs themselves:
    over at least `least` (60) pairs, those with one label are nearer to each other in a share that
    differs from one half by at least `told` (0.15). None of your code runs again.

    ## Example
    ```python
    same = (y[a] == y[b]).astype("float32")

    def contrastive(y_true, d):      # Hadsell et al.: 1 means different
        near, far = (1 - y_true) * d**2, y_true * ops.maximum(1.0 - d, 0.0) ** 2
        return ops.mean(near + far)
    ```

    ## What the treatment does
    It trains on the labels exchanged.

    ## When to ignore it
    When pairs that look alike are the ones to tell apart.

    ## References
    Hadsell, Chopra and LeCun, "Dimensionality reduction by learning an invariant mapping", 2006.
    """
    if pairs.wants_high_near is None or pairs.pairs < least:
        message = f"the loss wants neither label near, or fewer than {least:g} pairs were read"
        raise DoesNotApplyError(message)
    nearer = pairs.share_nearer - EVEN
    if abs(nearer) >= told and (nearer > 0) != pairs.wants_high_near:
        yield _finding(pairs, labels)


def _finding(pairs: PairDistances, labels: Labels | None) -> Finding:
    target = labels.targets[0] if labels is not None else None
    nearer = pairs.share_nearer > EVEN
    near, far = (pairs.high, pairs.low) if nearer else (pairs.low, pairs.high)
    loss_near, loss_far = pairs.loss_of_high if nearer else pairs.loss_of_low
    share = max(pairs.share_nearer, 1 - pairs.share_nearer)
    named = f"`{pairs.function}`" if pairs.function else "the loss"
    return Finding(
        title="Pairs that belong together are pushed apart",
        says=f"In the inputs, pairs with label {figure(near)} are nearer to each other than pairs "
        f"with label {figure(far)} ({figure(100 * share, 2)} % of the time, {pairs.pairs:,} pairs)."
        f" For label {figure(near)}, {named} is {figure(loss_near)} where the model puts out "
        f"{figure(pairs.near)}, as for two equal inputs, and {figure(loss_far)} for "
        f"{figure(pairs.far)}: it wants them apart. Labels and loss mean the opposite of each "
        "other.",
        where=Where(
            variable=target.variable if target is not None else "", call="compile", argument="loss"
        ),
        measured={f"loss of a near pair with label {figure(near)}": loss_near},
        expected={f"loss of a near pair with label {figure(near)}": f"below {figure(loss_far)}"},
        facts=_Facts(pairs.low + pairs.high),
    )


@inverted_labels.treatment("Exchange the labels of the pairs", effect="training")
def exchange_the_labels(finding: Finding, cell: Cell) -> Cell | str:
    """Train on the labels exchanged, so that they mean what the loss reads."""
    name = finding.where.variable or "y"
    labels = f"{figure(facts_of(finding, _Facts).total)} - {name}"
    return with_labels(cell, name, labels) or (
        f"Train and validate on `{labels}`, or exchange the two terms of the loss."
    )
