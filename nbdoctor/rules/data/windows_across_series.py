"""Windows that hold the end of one series and the beginning of another."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.windows_across import WindowsAcross
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="No window holds values of two series",
    explains=("below-simple-models", "persistence-not-beaten", "baseline-not-beaten"),
)
def windows_across_series(
    windows: WindowsAcross, /, *, times: float = 3.0, share: float = 0.05
) -> Iterator[Finding]:
    """Windows that hold the end of one series and the beginning of another.

    ## What it means
    A table of several series under each other (sensors, shops, patients) is no series. Windows that
    are cut from it as if it were one hold, at each border, the end of one and the beginning of the
    next, and their targets are values of another series. What is learned there is wrong.

    ## How it is measured
    The inputs are windows of a column of a table: each is the one before it moved on by a step.
    Another column of the table, of words or whole numbers, has each of its values in one block of
    rows, windows cross from one block to the next, and the median step of the values there is more
    than `times` (3) times the 99th percentile of all other steps. Blocks without such a jump, as
    months of one series, are silent. It is a note below `share` (0.05) of the windows.

    ## Example
    ```python
    values = frame["power"].to_numpy()             # of ten turbines, one after the other
    x = np.stack([values[at : at + 24] for at in range(len(values) - 24)])
    y = values[24:]
    ```

    ## What the treatment does
    It says how to cut.

    ## When to ignore it
    When what happens at the border is to be learned.

    ## References
    TensorFlow documentation, `timeseries_dataset_from_array`, which takes one series.
    """
    if windows.jump <= times * windows.usual:
        return
    part = windows.crossing / windows.windows
    yield Finding(
        title=f"Windows go on from one `{windows.series}` to the next",
        says=f"{windows.crossing:,} of {windows.windows:,} windows of `{windows.cut_from}` "
        f"({figure(100 * part, 2)} %) begin in one `{windows.series}` of `{windows.table}` and end "
        f"in another. The values jump there by {figure(windows.jump)} (median of "
        f"{windows.borders:,} borders); 99 % of their other steps are below "
        f"{figure(windows.usual)}.",
        where=Where(variable=windows.table, column=windows.series),
        measured={"windows of two series": windows.crossing},
        expected={"windows of two series": 0},
        severity="note" if part < share else None,
    )


@windows_across_series.treatment("Cut each series for itself", effect="advice")
def cut_each_series(finding: Finding, _cell: Cell) -> str:
    """Let windows end with their series."""
    column, table = finding.where.column, finding.where.variable
    return (
        f'Cut windows within `for _, part in {table}.groupby("{column}", sort=False)`, and join '
        "them afterwards."
    )
