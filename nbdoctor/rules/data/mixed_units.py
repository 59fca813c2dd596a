"""One column, or the target, in two units."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.mixed_units import MixedUnits
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

CLEAR_SHARE = 0.03
LITTLE = 1.25
"""In data of one unit the best change left 1.1 times less than the others, at most."""


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="No column, and no target, seems to be in two units",
    explains=(
        "contradicted-labels",
        "below-simple-models",
        "baseline-not-beaten",
        "overfit-to-training",
        "signal-not-found",
        "dead-units",
    ),
)
def mixed_units(
    units: MixedUnits, /, *, explained: float = 0.93, times: float = 2.0, falls_to: float = 4.0
) -> Iterator[Finding]:
    """One column, or the target, is in two units.

    ## What it means
    Where some rows give a temperature in Fahrenheit and others in Celsius, the same number means
    two temperatures. What is left of the relation to the target looks like noise, and no model can
    remove it, because nothing in a row says which unit it is in.

    ## How it is measured
    A sum of smooth functions of the columns is fitted to one half of up to 900 rows and judged on
    the other. Then each of twelve common changes of unit (Fahrenheit, Kelvin, powers of ten,
    inches, feet, pounds, miles, gallons, sixtieths) is tried on each column and on the target:
    every row takes the unit that fits better, several times over. A choice of two values for each
    row always fits better, so the finding requires more: that what is explained reaches `explained`
    (0.93), that once in one unit the rows of both hold the same kind of values, and that what is
    left is `times` (2) times smaller than with the other columns and units, or `falls_to` (4) times
    smaller than as given and clearly smaller than with the others. With half of the temperatures in
    Fahrenheit 0.54 was explained as given and 0.99 in one unit, and 13 times less was left than
    with other changes. In data of one unit that came to 1.1, and to 3 times less than as given.

    ## Example
    ```python
    y = 3 * celsius + pressure
    x[odd, 0] = 1.8 * celsius[odd] + 32         # some sites report Fahrenheit
    model.fit(x, y)
    ```

    ## What the treatment does
    It says which column to bring into one unit. Which rows are in which unit stands in no number of
    theirs: their source knows it.

    ## When to ignore it
    When two kinds of rows follow two laws that happen to differ by such a factor.

    ## References
    github:MIT-LCP/eicu-code#144: temperatures of one column in two units.
    """
    if not units.units:
        message = (
            f"smooth functions of the columns explain {figure(units.explained, 2)} as they are"
        )
        raise DoesNotApplyError(message)
    left, by_chance = 1 - units.merged, 1 - units.by_chance
    clear = CLEAR_SHARE <= units.share <= 1 - CLEAR_SHARE
    stands_out = by_chance >= times * left
    falls = by_chance >= LITTLE * left and 1 - units.explained >= falls_to * left
    if clear and units.merged >= explained and (stands_out or falls):
        yield _finding(units)


def _finding(units: MixedUnits) -> Finding:
    name = f"`{units.column}`" if units.column else "The target"
    share = figure(100 * units.share, 2)
    offset = f" less {figure(units.offset)}" if units.offset else ""
    return Finding(
        title=f"{name} seems to be in two units ({units.units})",
        says=(
            f"Smooth functions of the columns explain {figure(units.explained, 2)} of the targets' "
            f"variance as they are, and {figure(units.merged, 3)} if in {share} % of "
            f"{units.rows:,} rows the value{offset} is divided by {figure(units.factor, 4)}. "
            f"Other columns and units explain {figure(units.by_chance, 2)} with as much freedom."
        ),
        where=Where(variable=units.table, column=units.column),
        measured={"explained in one unit": units.merged, "explained as given": units.explained},
        expected={"explained as given": f"about {figure(units.merged, 2)}"},
    )


@mixed_units.treatment("Bring the column into one unit", effect="advice")
def bring_into_one_unit(finding: Finding, _cell: Cell) -> str:
    """Convert by what says where a row comes from."""
    name = f"`{finding.where.column}`" if finding.where.column else "the target"
    return (
        f"Find out which rows of {name} are in which unit (the site, the device, the date or the "
        "file says it) and convert them before anything is scaled."
    )
