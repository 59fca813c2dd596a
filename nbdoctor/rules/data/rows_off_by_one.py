"""Labels that belong to a neighbouring row."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.rows import rows_of_fit
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.shifted_rows import ShiftedRows
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@rule(
    family="data",
    severity="warning",
    kind="proof",
    holds="Inputs predict their own labels at least as well as those of the rows beside them",
    explains=(
        "contradicted-labels",
        "signal-not-found",
        "baseline-not-beaten",
        "below-simple-models",
        "overfit-to-training",
        "majority-class-only",
        "constant-predictions",
    ),
)
def rows_off_by_one(
    shifted: ShiftedRows,
    attained: Attained | None,
    /,
    *,
    told: float = 0.4,
    own: float = 0.15,
) -> Iterator[Finding]:
    """Each input row tells the label of a neighbouring row, and not its own.

    ## What it means
    A header that was read as a row, a list that begins at 1, a row that was dropped from the inputs
    alone: from there on every row has the label of its neighbour. Class counts look right, and
    there is nothing to learn.

    ## How it is measured
    Two simple models predict the labels of up to 800 rows, as they stand and moved by one and two
    rows, each row by a model that never saw it. The finding requires that moved labels are
    explained to at least `told` (0.4; R², of classes that of marks for each), and the labels as
    they stand to `own` (0.15) at most. In rows that follow one another, as windows of a series do,
    neighbours have nearly the same labels, and both are high. Where the trained model predicts rows
    that training did not use, nothing is reported.

    ## Example
    ```python
    x = table.drop(index=0).to_numpy()            # a second header
    y = labels[: len(x)]                          # begins one row earlier
    ```

    ## What the treatment does
    It pairs each row with the label that it tells, where `fit` gets arrays of the cell and judges
    by a part of them. It is better done where the row was lost.

    ## When to ignore it
    When the label of another row is to be predicted, as in a forecast.

    ## References
    None: both pairings are scored alike.
    """
    if attained is not None and attained.held_out and attained.score >= told:
        message = "the trained model predicts rows that training did not use"
        raise DoesNotApplyError(message)
    best = shifted.best
    if best != 0 and shifted.scores[best] >= told and shifted.scores[0] <= own:
        yield _finding(shifted, best)


def _finding(shifted: ShiftedRows, best: int) -> Finding:
    many = "one row" if abs(best) == 1 else f"{abs(best)} rows"
    where = "below" if best > 0 else "above"
    return Finding(
        title=f"The label of each row is {many} {where} it",
        says=(
            f"Of {shifted.rows:,} rows, simple models explain {figure(shifted.scores[0], 2)} of "
            f"the labels as they stand, and {figure(shifted.scores[best], 2)} of the labels {many} "
            f"{where}, on rows that they were not fitted to."
        ),
        where=Where(call="fit", argument="y"),
        measured={"explained as they stand": shifted.scores[0]},
        expected={"explained as they stand": f"about {figure(shifted.scores[best], 2)}"},
        facts=shifted,
    )


@rows_off_by_one.treatment("Pair each row with its own label", effect="training")
def pair_with_its_own(finding: Finding, cell: Cell) -> Cell | str:
    """Find the line that took a row from one side alone; until then, these are moved together."""
    best = facts_of(finding, ShiftedRows).best
    cut, rest = (f"[:{-best}]", f"[{best}:]") if best > 0 else (f"[{-best}:]", f"[:{best}]")
    try:
        rows = rows_of_fit(cell)
        if rows.x != rows.y and not rows.judging_x:
            line = f"{rows.x}, {rows.y} = {rows.x}{cut}, {rows.y}{rest}"
            return cell.with_lines_before("fit", line)
    except CannotEditError:
        pass
    return (
        f"{finding.title}. Find where a row was dropped, skipped or added on one side alone (a "
        f"header, `dropna`, a count that begins at 1), and compare the first rows of both."
    )
