"""Windows that reach over gaps in time, or hold one time twice."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.time_order import TimeOrder
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="data",
    severity="note",
    kind="proof",
    holds="The times behind the windows have even steps",
)
def gaps_in_time(order: TimeOrder, /, *, share: float = 0.005) -> Iterator[Finding]:
    """The times behind the windows have gaps, or are there twice.

    ## What it means
    A window of 24 rows is a day only where no hour is missing and none is there twice, as in the
    night when clocks are put back. Windows that reach over a gap hold two pieces of the series as
    if they were one.

    ## How it is measured
    Where windows are cut from a table with times, its steps in time are compared with the usual
    one. Two usual steps or more are a gap, as long as at least 70 % of the steps are the usual one
    and wider ones are rare: weekends and months are no gaps. The finding requires that gaps and
    repeated times are at least `share` (0.005) of the rows.

    ## Example
    ```python
    gauge = pd.read_csv("gauge.csv").dropna()      # hours without a value are gone
    x = np.stack([gauge["level"][i:i + 24] for i in range(len(gauge) - 24)])
    ```

    ## What the treatment does
    It says how to make the steps even.

    ## When to ignore it
    When windows are counted in rows on purpose, as in trades or words.

    ## References
    pandas user guide, "Time series", resampling.
    """
    for one in order.columns:
        odd = one.gaps + one.repeated
        if odd >= max(1.0, share * one.rows) and one.repeated < one.rows / 2:
            name = f"`{one.column}`" if one.column else "the index"
            yield Finding(
                title=f"The times in {name} of `{one.table}` have gaps or are there twice",
                says=(
                    f"Of {one.rows:,} rows {one.gaps:,} follow on a gap of two usual steps or "
                    f"more, and {one.repeated:,} have the time of another row "
                    f"({figure(100 * odd / one.rows, 2)} % together). Windows count rows, not time."
                ),
                where=Where(variable=one.table, column=one.column),
                measured={"gaps": one.gaps, "repeated times": one.repeated},
                expected={"gaps": 0, "repeated times": 0},
            )
            return


@gaps_in_time.treatment("Make the steps even", effect="advice")
def make_the_steps_even(finding: Finding, _cell: Cell) -> str:
    """Resample, fill what is missing, and leave out windows over long gaps."""
    return (
        f"`{finding.where.variable}` can be brought to even steps with `resample(...).mean()`, "
        "short gaps filled with `interpolate`, and windows left out that reach over a long one."
    )
