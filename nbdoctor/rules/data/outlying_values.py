"""A few values a thousand times beyond the middle half of their column."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.census import Census
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


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
)
def outlying_values(
    census: Census, attained: Attained | None, /, *, share: float = 0.05
) -> Iterator[Finding]:
    """A few values lie a thousand times beyond the middle half of their column.

    ## What it means
    One slip of the decimal point, or one wrong unit, decides mean and spread of a column. Scaled by
    these, all other rows have nearly the same value, and the few that do not make steps of the
    training that are far too long.

    ## How it is measured
    Of each column the middle half is taken, from the first quartile to the third. A value is
    outlying where it is a thousand times its width from the median, and the finding requires that
    at most `share` (0.05) of the rows have such a value. Of normal values none is 5 times as far;
    of a quantity whose logarithm is normal with a spread of 2, as incomes of the world or sizes of
    files have it, one of 20,000 is. A model that has learned these rows all the same is not warned
    of.

    ## Example
    ```python
    weight[17] = 81_000_000        # grams where the others are kilograms, twice
    x = (weight - weight.mean()) / weight.std()
    ```

    ## What the treatment does
    It says what to look at: these rows are to be mended or left out, not the model.

    ## When to ignore it
    When the values are real: their logarithm, or ranks, keep what they say and tame them.

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
                    f"{one.outlying:,} of {one.rows:,} rows have a value of `{one.name}` as far as "
                    f"{figure(one.farthest)}; the middle half lies between {figure(low)} and "
                    f"{figure(high)}."
                ),
                where=Where(variable=one.table, column=one.name),
                measured={f"farthest value of {one.name}": one.farthest},
                expected={f"farthest value of {one.name}": f"some {figure(high - low, 1)} away"},
            )


@outlying_values.treatment("Look at these rows", effect="advice")
def look_at_these_rows(finding: Finding, _cell: Cell) -> str:
    """Mend or leave out single values that cannot be."""
    return (
        f"Sort by `{finding.where.column}` and look at both ends. Mend what is a slip or another "
        "unit; where the values are real, train on their logarithm."
    )
