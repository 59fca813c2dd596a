"""Two columns that are exchanged in a part of the rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.exchanged_columns import ExchangedColumns
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

FEWEST = 0.03
BY_SIZE = 0.95


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="No two columns seem to be exchanged in a part of the rows",
    explains=(
        "contradicted-labels",
        "below-simple-models",
        "baseline-not-beaten",
        "overfit-to-training",
        "signal-not-found",
        "mixed-units",
        "too-few-steps",
    ),
)
def columns_exchanged_in_part(
    exchanged: ExchangedColumns, /, *, explained: float = 0.9, times: float = 3.0
) -> Iterator[Finding]:
    """Two columns are exchanged in a part of the rows.

    ## What it means
    Files of two origins have latitude and longitude, width and height or first and second reading
    in another order, and were joined by place and not by name. In these rows each column holds the
    other one's values, and nothing in a row says so.

    ## How it is measured
    For targets that are numbers. A sum of smooth functions of the columns is fitted to one half of
    up to 900 rows and judged on the other. Then each pair of columns whose ranges have 0.3 in
    common is tried: every row takes the way round that fits better, several times over. A choice
    of two always fits better, so the same is done with the values of another row as the second
    way, and so is it with the product of both columns as a further one, for targets that depend on
    both together. The finding requires that `explained` (0.9) of the variance is explained in
    order, that `times` (3) times more is left by each of these, and as given, and that the way
    round of a row is more than which of both values is the larger. With a tenth of two columns
    exchanged 0.70 was explained as given, 0.87 by chance, and 0.998 in order. Of 129 targets in 43
    tables that packages ship 29 had such pairs; 2.4 times more was left by chance than in order, at
    most.

    ## Example
    ```python
    table = np.concatenate([old[["lat", "lon"]], new[["lon", "lat"]]])
    model.fit(table, delay)
    ```

    ## What the treatment does
    It names rows to look at: which way round is meant stands in no number of theirs.

    ## When to ignore it
    When both columns hold one quantity of two things in no order, as the ages of two people.

    ## References
    github:bpbond/srdb#150.
    """
    if not exchanged.one:
        message = (
            "no two columns of one range are left to explain the targets: smooth functions of the "
            f"columns explain {figure(exchanged.explained, 2)} as they are"
        )
        raise DoesNotApplyError(message)
    left = 1 - exchanged.in_order
    others = max(exchanged.by_chance, exchanged.by_product, exchanged.explained)
    less = 1 - others >= times * left
    less = less and exchanged.by_size < BY_SIZE
    if exchanged.in_order >= explained and less and exchanged.rarer >= FEWEST * exchanged.rows:
        yield _finding(exchanged)


def _finding(found: ExchangedColumns) -> Finding:
    rows = ", ".join(f"{row:,}" for row in found.first)
    return Finding(
        title=f"`{found.one}` and `{found.other}` seem to be exchanged in some rows",
        says=(
            f"Smooth functions of the columns explain {figure(found.explained, 2)} of the targets' "
            f"variance as they are, and {figure(found.in_order, 3)} if each row may have "
            f"`{found.one}` and `{found.other}` the other way round; values of other rows in their "
            f"place explain {figure(found.by_chance, 2)} with as much freedom. "
            f"Of {found.rows:,} rows {found.clear:,} fit clearly better one way round, "
            f"{found.rarer:,} of them in the rarer way, rows {rows} best."
        ),
        where=Where(variable=found.table, column=found.one),
        measured={"explained as given": found.explained},
        expected={"explained as given": f"about {figure(found.in_order, 2)}"},
        facts=found,
    )


@columns_exchanged_in_part.treatment("Bring both columns into one order", effect="advice")
def bring_into_one_order(finding: Finding, _cell: Cell) -> str:
    """Exchange them back in the rows of the source that has the other order."""
    found = facts_of(finding, ExchangedColumns)
    return (
        f"Look at `{found.one}` and `{found.other}` in the rows that are named: what they have in "
        "common (the file, the device, the country) says which rows to exchange. Join tables by "
        "the names of their columns, not by their places."
    )
