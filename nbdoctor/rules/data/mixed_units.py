"""One column, or the target, in two units."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.tables import literal, sources_among, with_column, with_lines_after
from nbdoctor.readings.mixed_units import MixedUnits
from nbdoctor.readings.units_apart import ColumnApart, UnitsApart
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

CLEAR_SHARE = 0.03
LITTLE = 1.25
"""In data of one unit the best change left 1.1 times less than the others, at most."""

SURE, LIKELY = 4.0, 2.5
"""Standard errors of a relation on either side of a cut. In 344 tables of one unit those that
nothing else told came to 2.1 at most."""

UNLIKE, MOST_UNLIKE = 1.95, 3.0
"""Differences of two distributions: the first is exceeded in 1 of 1,000 samples. The second is for
relations that are sure: rounded values and zeros differ for a reason of their own."""

HALF_EMPTY, MUCH = 0.5, 0.15


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
def mixed_units(  # noqa: PLR0913  (two readings, the thresholds of both)
    units: MixedUnits | None,
    apart: UnitsApart | None = None,
    /,
    *,
    explained: float = 0.93,
    times: float = 2.0,
    falls_to: float = 4.0,
    told: float = 4.0,
    gain: float = 0.08,
) -> Iterator[Finding]:
    """One column, or the target, is in two units.

    ## What it means
    Where some rows give a temperature in Fahrenheit and others in Celsius, the same number means
    two temperatures. What is left of the relation to the target looks like noise, and no model can
    remove it, because nothing in a row says which unit it is in.

    ## How it is measured
    Where the two units lie apart, a cut tells them. Each column, and a target that is a number, is
    cut in two at many places, and the upper part converted by each of twelve common changes of unit
    (Fahrenheit, Kelvin, powers of ten, inches, feet, pounds, miles, gallons, sixtieths). The
    finding requires that both parts have one distribution then, that nothing else in a row is
    related to the side of the cut by `told` (4) standard errors or more, as it is where the parts
    are two kinds of things, and that the rank correlation with another column or the target is
    higher by `gain` (0.08) in one unit, and points the same way on both sides: by 4 standard errors
    on each, or by 2.5 where half of the place between the parts is empty. Of 43 tables and 301
    random parts of them, of 100 rows or more, none was found as it was. With 15 to 50 % of the
    values of the most telling column in another unit, a factor of 1,000 was found in four of five,
    Fahrenheit in nine of twenty, pounds and centimetres, which lie apart in narrow columns only, in
    one of four.

    Where they overlap, a sum of smooth functions of the columns is fitted to one half of up to 900
    rows and judged on the other. Then each change of unit is tried on each column and on the
    target: every row takes the unit that fits better, several times over; then other factors near
    the best one, so that knots are not taken for pounds. A choice of two values
    for each row always fits better, so the finding requires more: that what is explained reaches
    `explained` (0.93), that once in one unit the rows of both hold the same kind of values, and
    that what is left is `times` (2) times smaller than with the other columns and units, or
    `falls_to` (4) times smaller than as given and clearly smaller than with the others. With half
    of the temperatures in Fahrenheit 0.54 was explained as given and 0.99 in one unit, and 13 times
    less was left than with other changes. In data of one unit that came to 1.1, and to 3 times less
    than as given.

    ## Example
    ```python
    y = 3 * celsius + pressure
    x[odd, 0] = 1.8 * celsius[odd] + 32         # some sites report Fahrenheit
    model.fit(x, y)
    ```

    ## What the treatment does
    Where a cut tells the units, it converts the values above it, in every table of the cell that
    has the column. Where they overlap, no number of a row says which unit it is in: their source
    knows it, and the column is named.

    ## When to ignore it
    When two kinds of rows follow two laws that happen to differ by such a factor.

    ## References
    github:MIT-LCP/eicu-code#144: temperatures of one column in two units.
    """
    lying = [one for one in apart.columns if _lies_apart(one, told, gain)] if apart else []
    if lying:
        yield _in_ranges(lying[0])
        return
    if units is None and apart is None:
        message = "the inputs are no table of numbers"
        raise DoesNotApplyError(message)
    if units is None:
        return
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


def _lies_apart(one: ColumnApart, told: float, gain: float) -> bool:
    """Whether both parts of a column hold one quantity, and nothing tells the part of a row."""
    related = abs(one.merged) * one.rows**0.5 >= SURE and one.gain >= gain
    if one.told >= told or not related:
        return False
    if one.errors >= SURE:
        return one.unlike <= MOST_UNLIKE and (one.between <= HALF_EMPTY or one.gain >= MUCH)
    return one.errors >= LIKELY and one.unlike <= UNLIKE and one.between <= HALF_EMPTY


def _in_ranges(one: ColumnApart) -> Finding:
    name = f"`{one.column}`" if one.column else "The target"
    other = f"`{one.other}`" if one.other else "the target"
    offset = f" less {figure(one.offset)}" if one.offset else ""
    return Finding(
        title=f"{name} seems to be in two units ({one.units})",
        says=(
            f"{figure(100 * one.share, 2)} % of {one.rows:,} values lie above "
            f"{figure(one.cut)}. These{offset}, divided by {figure(one.factor, 4)}, are "
            "distributed as the others are, and nothing else in the rows tells which they are. "
            f"The rank correlation with {other} is {figure(one.as_given, 2)} as given and "
            f"{figure(one.merged, 2)} in one unit."
        ),
        where=Where(variable=one.table, column=one.column),
        measured={"rank correlation as given": one.as_given},
        expected={"rank correlation as given": f"about {figure(one.merged, 2)}"},
        facts=one,
    )


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


@mixed_units.treatment("Bring the column into one unit", effect="training")
def bring_into_one_unit(finding: Finding, cell: Cell) -> Cell | str:
    """Convert by what says where a row comes from."""
    one = finding.facts
    if isinstance(one, ColumnApart) and one.column and one.table:
        try:
            return _converted(one, cell)
        except CannotEditError:
            pass
    name = f"`{finding.where.column}`" if finding.where.column else "the target"
    return (
        f"Find out which rows of {name} are in which unit (the site, the device, the date or the "
        "file says it) and convert them before anything is scaled."
    )


def _converted(one: ColumnApart, cell: Cell) -> Cell:
    """Values above the cut in the unit of the others, in all tables."""
    made = cell
    for table in sources_among(cell, one.table, one.tables):
        column = f"{table}[{literal(one.column)}]"
        less = f"({column} - {one.offset:g})" if one.offset else column
        mended = f"{column}.where({column} <= {one.cut:g}, {less} / {one.factor:.8g})"
        made = with_lines_after(made, table, with_column(table, one.column, mended))
    return made
