"""Targets of two outputs or points that are exchanged in some rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.exchanged import ExchangedPair, ExchangedTargets
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="labels",
    severity="warning",
    kind="strong",
    holds="Targets of one kind have the same order in all rows",
    explains=(
        "below-simple-models",
        "baseline-not-beaten",
        "overfit-to-training",
        "dead-units",
        "constant-predictions",
    ),
)
def labels_swapped_in_part(
    exchanged: ExchangedTargets,
    /,
    *,
    gained: float = 0.2,
    left: float = 3.0,
    fewest: float = 0.01,
) -> Iterator[Finding]:
    """The targets of two outputs, or two points, are exchanged in some rows.

    ## What it means
    Left and right as the person has them, or as the picture shows them; begin and end; source and
    target. Where some rows are labelled one way and some the other, the best that a model can do is
    the mean of both, which is neither.

    ## How it is measured
    Two outputs of one shape, the points of one output or its halves are subtracted. Where all rows
    lie clearly on one of two sides, with hardly any between, the rows of the rarer side are
    exchanged, and simple models predict both kinds of targets on rows that they were not fitted to.
    The finding requires at least `fewest` (0.01) of the rows on the rarer side, that what is
    explained grows by `gained` (0.2), and that what is left falls to a `left` (3)th part. With left
    and right eyes exchanged in half of the rows it was 0.17 as given and 0.97 in one order.

    ## Example
    ```python
    y = {"left": annotations["left"], "right": annotations["right"]}    # by two annotators
    model.fit(x, y)
    ```

    ## What the treatment does
    It says which rows to look at.

    ## When to ignore it
    When the two sides mean something that the inputs show, and the model learns it.

    ## References
    github:princeton-vl/pytorch_stacked_hourglass#9.
    """
    for one in exchanged.pairs:
        grows = one.in_order - one.as_given
        falls = 1 - one.as_given >= left * (1 - one.in_order)
        if one.share >= fewest and grows >= gained and falls:
            yield _finding(one, exchanged)
            return


def _finding(one: ExchangedPair, exchanged: ExchangedTargets) -> Finding:
    return Finding(
        title=f"`{one.one}` and `{one.other}` are exchanged in some rows",
        says=(
            f"In {figure(100 * one.share, 2)} % of {exchanged.rows:,} rows (the first is row "
            f"{one.first:,}) they lie the other way round. Simple models explain "
            f"{figure(one.as_given, 2)} of the targets' variance as they are, and "
            f"{figure(one.in_order, 2)} with these rows exchanged."
        ),
        where=Where(call="fit", argument="y"),
        measured={"explained as given": one.as_given},
        expected={"explained as given": f"about {figure(one.in_order, 2)}"},
    )


@labels_swapped_in_part.treatment("Look at the rows of both kinds", effect="advice")
def look_at_both_kinds(_finding: Finding, _cell: Cell) -> str:
    """Exchange the targets of those rows that were labelled the other way."""
    return (
        "Look at a few rows of each kind to see which order is meant, then exchange the targets of "
        "the others, by who labelled them where that is known."
    )
