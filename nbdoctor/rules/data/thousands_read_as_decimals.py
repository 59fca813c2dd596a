"""Numbers from a thousand on that were read as small ones, with decimals."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.tables import literal, sources_among, with_column, with_lines_after
from nbdoctor.readings.lost_thousands import LostThousands, SplitColumn
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="No column holds whole numbers below 1,000 beside numbers with three decimals",
    explains=(
        "contradicted-labels",
        "below-simple-models",
        "baseline-not-beaten",
        "overfit-to-training",
        "mixed-units",
        "unscaled-inputs",
    ),
)
def thousands_read_as_decimals(split: LostThousands, /, *, gain: float = 0.08) -> Iterator[Finding]:
    """A dot between thousands was read as a decimal point.

    ## What it means
    Many countries write 1.250 for a thousand two hundred and fifty. Read as 1.25 it is smaller than
    any number below a thousand, which has no dot: the largest values become the smallest. Metres
    beside kilometres with three decimals do the same.

    ## How it is measured
    Every column and a target are looked for two kinds of numbers: whole ones, all below 1,000, and
    ones from 1 on with up to three decimals, `0.6` or more of which use the third. Of the rows 5 %
    to 95 % must have decimals, and the median of the whole numbers be ten times that of the others.
    The finding requires that the rank correlation with another column or the target is stronger by
    `gain` (0.08) once the numbers with decimals are multiplied by 1,000.

    ## Example
    ```python
    table = pd.read_csv("rent.csv", sep=";")       # 980 and 1.250
    model.fit(table[["income"]], table["rent"])
    ```

    ## What the treatment does
    It multiplies the numbers with decimals by 1,000, in every table of the cell that has the
    column. `read_csv` with `thousands="."` does it better where no other column has decimals.

    ## When to ignore it
    When both kinds of numbers are meant as they are.

    ## References
    github:pola-rs/polars#18797.
    """
    for one in split.columns:
        if abs(one.mended) - abs(one.as_given) >= gain:
            yield _finding(one)


def _finding(one: SplitColumn) -> Finding:
    name = f"`{one.column}`" if one.column else "The target"
    other = f"`{one.other}`" if one.other else "the target"
    return Finding(
        title=f"{name} seems to have lost its thousands",
        says=(
            f"{figure(100 * one.share, 2)} % of {one.rows:,} values have decimals, three in most, "
            f"and lie between {figure(one.low, 4)} and {figure(one.high, 4)}; all others are whole "
            f"numbers up to {figure(one.largest_whole)}. If the first are multiplied by 1,000, the "
            f"rank correlation with {other} is {figure(one.mended, 2)}, and "
            f"{figure(one.as_given, 2)} as given: a dot between thousands seems to have been read "
            "as a decimal point."
        ),
        where=Where(variable=one.table, column=one.column),
        measured={"rank correlation as given": one.as_given},
        expected={"rank correlation as given": f"about {figure(one.mended, 2)}"},
        facts=one,
    )


@thousands_read_as_decimals.treatment("Multiply the numbers with decimals", effect="training")
def multiply_them(finding: Finding, cell: Cell) -> Cell | str:
    """Numbers with decimals are thousands, in all tables that have the column."""
    one = facts_of(finding, SplitColumn)
    made = cell
    try:
        for table in sources_among(cell, one.table, one.tables if one.column else ()):
            column = f"{table}[{literal(one.column)}]"
            mended = f"{column}.where({column} % 1 == 0, {column} * 1000)"
            made = with_lines_after(made, table, with_column(table, one.column, mended))
    except CannotEditError:
        made = cell
    if made.source != cell.source:
        return made
    return (
        'Read the file with `thousands="."` (`read_csv`), or multiply the numbers with decimals by '
        "1,000 where it is read."
    )
