"""Columns of the inputs that have one value in every row."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.standing_columns import StandingColumns
from nbdoctor.rules.figures import figure, listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="data",
    severity="note",
    kind="proof",
    holds="No column of the inputs has one value in every row",
)
def constant_column(standing: StandingColumns, attained: Attained | None, /) -> Iterator[Finding]:
    """A column has one value in every row.

    ## What it means
    A column that does not vary tells nothing. A year of which there is one is harmless; a quantity
    that was measured and stands still was lost on its way: a sensor that is stuck, a join that
    repeated one row, a gap that was filled with a mean.

    ## How it is measured
    Every column of an input table is compared with its first row. Columns are reported that are
    found in a table of yours: by their names, or where it has as many columns of one value. It is a
    warning where the value has decimals, so that it was measured or computed, and a note for whole
    numbers, as flags and years are. A model that has learned these rows all the same is not warned
    of.

    ## Example
    ```python
    frame["weight"] = frame["weight"].iloc[0]     # meant: to fill the gaps
    ```

    ## What the treatment does
    It says where to look.

    ## When to ignore it
    When the column is to have one value in these rows, as a setting that was not varied.

    ## References
    None: it is counted.
    """
    if has_learned(attained):
        message = "the model has learned these rows"
        raise DoesNotApplyError(message)
    if not standing.columns:
        return
    measured = [one for one in standing.columns if one.measured]
    shown = measured or list(standing.columns)
    first, names = shown[0], [one.name for one in shown]
    verb = "has" if len(names) == 1 else "have"
    yield Finding(
        title=f"{listed(names)} {verb} one value in every row",
        says=(
            f"In all {standing.rows:,} rows `{first.name}` of `{first.table}` is "
            f"{figure(first.value, 4)}. {len(standing.columns)} of {standing.of} columns do not "
            "vary, and tell the model nothing."
        ),
        where=Where(variable=first.table, column=first.name),
        measured={f"values of {one.name}": 1 for one in shown[:5]},
        expected={f"values of {one.name}": "several" for one in shown[:5]},
        severity="warning" if measured else "note",
    )


@constant_column.treatment("Look where the column was lost", effect="advice")
def look_where_it_was_lost(finding: Finding, _cell: Cell) -> str:
    """Compare the column with its source, or leave it out."""
    return (
        f"Compare `{finding.where.column}` with where it comes from. If it is to have one value, "
        "leave it out."
    )
