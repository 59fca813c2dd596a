"""Whole numbers that single precision cannot tell apart."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.casts import Casts
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="data",
    severity="warning",
    kind="proof",
    holds="No whole numbers of a table become one in single precision",
)
def ids_lost_in_float(casts: Casts, /, *, share: float = 0.05) -> Iterator[Finding]:
    """Different whole numbers are the same number in single precision.

    ## What it means
    A `float32` holds whole numbers up to 16,777,216 exactly. Beyond, several neighbours share one
    value: customers, times in seconds and telephone numbers melt into groups.

    ## How it is measured
    Columns of an input in single precision are followed back to your table. The finding requires a
    column of whole numbers there with values beyond 16,777,216, of whose different values at least
    `share` (0.05) are gone in the input.

    ## Example
    ```python
    x = frame[["customer", "seconds"]].to_numpy("float32")     # 1,767,225,600 and 1,767,225,660
    ```

    ## What the treatment does
    It says what to do with such a column.

    ## When to ignore it
    When differences that small do not matter.

    ## References
    IEEE 754: a `float32` has 24 binary digits.
    """
    for one in casts.merged:
        if one.after <= (1 - share) * one.before:
            yield Finding(
                title=f"Values of `{one.column}` become one in single precision",
                says=(
                    f"`{one.column}` of `{one.table}` has {one.before:,} different values in "
                    f"{one.rows:,} rows, up to {one.largest:,.0f}. In the input "
                    f"{one.after:,} are left: beyond 16,777,216 a `float32` does not hold "
                    "every whole number."
                ),
                where=Where(variable=one.table, column=one.column),
                measured={"different values in the input": one.after},
                expected={"different values in the input": one.before},
            )


@ids_lost_in_float.treatment("Subtract the smallest, or look ids up", effect="advice")
def subtract_or_look_up(finding: Finding, _cell: Cell) -> str:
    """Times become differences; ids become numbers from 0 on for an embedding."""
    name = finding.where.column
    return (
        f"If `{name}` is a time or a count, subtract its smallest value and scale before the cast "
        f"({figure(2**24)} different ones are enough). If it is an id, number it with "
        "`pd.factorize` and look it up in an embedding, or leave it out."
    )
