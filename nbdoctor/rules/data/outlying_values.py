"""A few values a thousand times beyond the middle half of their column."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.tables import literal, with_column, with_lines_after
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.census import Census
from nbdoctor.readings.column_values import BEYOND, ColumnCensus
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="No value lies a thousand times beyond the middle half of its column",
    explains=(
        "contradicted-labels",
        "unscaled-inputs",
        "below-simple-models",
        "baseline-not-beaten",
        "majority-class-only",
        "learning-rate-too-high",
        "exploding-gradient",
    ),
    parts=("inputs",),
)
def outlying_values(
    census: Census, attained: Attained | None, /, *, share: float = 0.05
) -> Iterator[Finding]:
    """A few values lie a thousand times beyond the middle half of their column.

    ## What it means
    One slip of the decimal point, or one wrong unit, decides mean and spread of a column. Scaled by
    these, all other rows have nearly the same value, and the few others make the training steps
    far too large.

    ## How it is measured
    Of each column the middle half is taken, from the first quartile to the third. A value is
    outlying where it is a thousand times its width from the median, and the finding requires that
    at most `share` (0.05) of the rows have such a value. Normally distributed values are
    never 5 times as far; of values whose logarithm is normal with a spread of 2, such as incomes or
    file sizes, one in 20,000 is. There is no warning if the model has learned these rows all the
    same.

    ## Example
    ```python
    weight[17] = 81_000_000        # grams where the others are kilograms, twice
    x = (weight - weight.mean()) / weight.std()
    ```

    ## What the treatment does
    It puts the median in place of these values, where the table is made, so that it can be tried.
    They are better corrected, or their rows left out: the model needs no change.

    ## When to ignore it
    When the values are real. Their logarithm or their ranks keep the order at a usable scale.

    ## References
    Tukey, "Exploratory Data Analysis", 1977: fences by the middle half.
    """
    if has_learned(attained):
        message = "the model has learned these rows"
        raise DoesNotApplyError(message)
    for one in census.columns:
        if one.outlying and one.outlying <= max(1.0, share * one.rows):
            low, high = one.middle
            yield Finding(
                title=f"`{one.name}` holds values a thousand times beyond all others",
                says=(
                    f"{one.outlying:,} of {one.rows:,} rows have a value of `{one.name}` as "
                    f"extreme as {figure(one.farthest)}; the middle half lies between "
                    f"{figure(low)} and {figure(high)}."
                ),
                where=Where(variable=one.table, column=one.name),
                measured={f"farthest value of {one.name}": one.farthest},
                expected={f"farthest value of {one.name}": f"some {figure(high - low, 1)} away"},
                facts=one,
            )


@outlying_values.treatment("Put the median in place of these values", effect="judgement")
def put_the_median(finding: Finding, cell: Cell) -> Cell | str:
    """Single values that are impossible say nothing of their rows. Correct them where you can."""
    one = facts_of(finding, ColumnCensus)
    advice = (
        f"Sort by `{one.name}` and look at both ends. Correct slips and wrong units; where the "
        "values are real, train on their logarithm."
    )
    if not one.table or one.place < 0:
        return advice
    low, high = one.middle
    column = f"{one.table}[{literal(one.name)}]"
    far = f"({column} - {column}.median()).abs() > {BEYOND * (high - low):.4g}"
    mended = f"{column}.mask({far}, {column}.median())"
    try:
        return with_lines_after(cell, one.table, with_column(one.table, one.name, mended))
    except CannotEditError:
        return advice
