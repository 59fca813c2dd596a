"""Windows cut from rows that are not in the order of their times."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.tables import with_lines_after
from nbdoctor.readings.time_order import TimeColumn, TimeOrder
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Times:
    table: str
    column: str
    format: str


FEW, SMALLEST = 3, 1e-3


@rule(
    family="data",
    severity="warning",
    kind="proof",
    holds="Windows are cut from rows in the order of their times",
    explains=(
        "persistence-not-beaten",
        "baseline-not-beaten",
        "below-simple-models",
        "overfit-to-training",
        "signal-not-found",
    ),
)
def rows_out_of_time_order(
    order: TimeOrder, /, *, share: float = 0.01, smoother: float = 0.2, times: float = 1.5
) -> Iterator[Finding]:
    """Windows are cut from rows that are not in the order of their times.

    ## What it means
    A window holds the course of a series only where its rows follow one another in time. Dates that
    are texts sort as texts: 1/1/2020, 1/1/2021, 1/10/2020. The model then gets windows without a
    course, and nothing to forecast from.

    ## How it is measured
    Where each input row is the one above moved on by a step, the tables behind the inputs are
    searched for a column of times; texts are parsed, by the way of writing that gives the most even
    steps. The finding requires that at least `share` (0.01) of the rows lie before the row above,
    or that they are sorted by the text of their dates, and that in the order of time the
    correlation of a value with the one before it is greater by `smoother` (0.2), or leaves so much
    less unexplained that it was `times` (1.5) as much. Of a water level sorted by the text of its
    dates it was -0.28, and 0.98 in the order of time; of temperatures shuffled within each twelve
    days 0.81 and 0.92. Tables of several series one after the other are not smoother in the order
    of time.

    ## Example
    ```python
    gauge = pd.read_csv("gauge.csv").sort_values("date")       # the dates are texts
    x = np.stack([gauge["level"][i:i + 12] for i in range(len(gauge) - 12)])
    ```

    ## What the treatment does
    It sorts the table by the parsed times where it is made.

    ## When to ignore it
    When the table holds several series one after the other, and no window crosses from one to the
    next.

    ## References
    github:cerlymarco/MEDIUM_NoteBook#14.
    """
    found = [
        one
        for one in order.columns
        if one.backwards >= (FEW if one.as_text else max(1.0, share * one.rows))
        and (
            one.smooth_in_order - one.smooth >= smoother
            or (
                (1 - one.smooth**2) >= times * max(1 - one.smooth_in_order**2, SMALLEST)
                and one.smooth_in_order > max(one.smooth, 0)
            )
        )
    ]
    if not order.columns:
        message = "no table has a column of times"
        raise DoesNotApplyError(message)
    if found:
        yield _finding(max(found, key=lambda one: one.smooth_in_order - one.smooth))


def _finding(one: TimeColumn) -> Finding:
    as_text = " They are sorted by the text of the dates." if one.as_text else ""
    name = f"`{one.column}`" if one.column else "their index"
    return Finding(
        title=f"The rows of `{one.table}` are not in the order of {name}",
        says=(
            f"{one.backwards:,} of {one.rows:,} rows lie before the row above in time.{as_text} In "
            f"this order the correlation of `{one.series}` with the value before it is "
            f"{figure(one.smooth, 2)}, in the order of time {figure(one.smooth_in_order, 2)}."
        ),
        where=Where(variable=one.table, column=one.column),
        measured={"rows before the row above": one.backwards, "correlation": one.smooth},
        expected={"rows before the row above": 0, "correlation": figure(one.smooth_in_order, 2)},
        facts=_Times(one.table, one.column, one.format),
    )


@rows_out_of_time_order.treatment("Sort the rows by time", effect="training")
def sort_by_time(finding: Finding, cell: Cell) -> Cell | str:
    """The rows follow one another in time before windows are cut."""
    facts = facts_of(finding, _Times)
    pandas = next(
        (
            alias.asname or alias.name
            for node in ast.walk(cell.tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.name == "pandas"
        ),
        "",
    )
    column, table = facts.column, facts.table
    if not column and not facts.format:
        return with_lines_after(cell, table, f"{table} = {table}.sort_index()")
    if not facts.format:
        return with_lines_after(cell, table, f"{table} = {table}.sort_values({column!r})")
    if not pandas or not column:
        return f"Sort `{table}` by its parsed times before windows are cut from it."
    times = f"{pandas}.to_datetime({table}[{column!r}], format={facts.format!r})"
    return with_lines_after(cell, table, f"{table} = {table}.iloc[{times}.argsort()]")
