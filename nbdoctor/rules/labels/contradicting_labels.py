"""Equal rows that have different labels."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.rows import rows_of_fit
from nbdoctor.readings.contradictions import Contradictions
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule

MOST, FEWEST = 0.5, 10
"""Of the contradicting rows, those that are one: what stands in for missing ones, no accident."""


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="Equal rows have equal labels",
    explains=("contradicted-labels", "below-simple-models", "baseline-not-beaten"),
)
def contradicting_labels(
    found: Contradictions, /, *, share: float = 0.05, of_repeated: float = 0.3
) -> Iterator[Finding]:
    """Rows that are equal in all inputs have different labels.

    ## What it means
    A join that repeats rows, a picture that is listed under two classes, a text that two people
    labelled: the model cannot be right for both. What it loses on such rows no training mends.

    ## How it is measured
    Up to 20,000 rows of 16 values or more are compared byte by byte. Shorter ones, and those of a
    few categories, are equal by chance, and nothing is judged. The finding requires that at least
    `share` (0.05) of the rows have an equal row with another label, and that these are at least
    `of_repeated` (0.3) of all rows that are there more than once.

    ## Example
    ```python
    table = pictures.merge(tags, on="picture")     # some pictures have several tags
    model.fit(table_of(table["picture"]), table["tag"])
    ```

    ## What the treatment does
    It says how to choose. Where one row alone makes up most of them, as a picture that says that
    the picture is missing, it leaves that row out, in training and validation.

    ## When to ignore it
    When a row may have several labels, one of which is asked for at random: the loss then has a
    floor.

    ## References
    None: they are counted.
    """
    beyond = found.contradicting >= share * found.rows
    if beyond and found.contradicting >= of_repeated * max(1, found.repeated) and found.first:
        yield _finding(found, found.first)


def _finding(found: Contradictions, first: tuple[int, int]) -> Finding:
    one = _is_one(found)
    alone = f" {found.largest:,} of them are one and the same row." if one else ""
    part = figure(100 * found.contradicting / found.rows, 2)
    return Finding(
        title="Equal rows have different labels",
        says=(
            f"{found.contradicting:,} of {found.rows:,} rows ({part} %) are equal in all inputs "
            f"to a row with another label; the first are rows {first[0]:,} and {first[1]:,}. "
            f"{found.repeated:,} rows are there more than once.{alone}"
        ),
        where=Where(call="fit", argument="y"),
        measured={"rows with another label beside an equal row": found.contradicting},
        expected={"rows with another label beside an equal row": 0},
        facts=found,
    )


def _is_one(found: Contradictions) -> bool:
    """Whether one row makes up most of them."""
    return found.largest >= MOST * found.contradicting and found.largest >= FEWEST


@contradicting_labels.treatment("Leave that row out", effect="judgement")
def leave_that_row_out(finding: Finding, cell: Cell) -> Cell | str | None:
    """A row that stands in for what is missing tells nothing of its label."""
    found = facts_of(finding, Contradictions)
    if not _is_one(found) or found.first is None:
        return None
    try:
        rows = rows_of_fit(cell)
        _must_be_arrays(found)
        kept = (
            f"kept = ({x} != missing).reshape(len({x}), -1).any(axis=1)\n"
            f"{x}, {y} = {x}[kept], {y}[kept]"
            for x, y in rows.pairs
        )
        lines = "\n".join([f"missing = {rows.x}[{found.first[0]}]", *kept])
        return cell.with_lines_before("fit", lines)
    except CannotEditError:
        return (
            f"Look at row {found.first[0]:,}: if it stands in for what is missing (a picture that "
            "says so, a row of defaults), delete all copies of it before training."
        )


def _must_be_arrays(found: Contradictions) -> None:
    if found.of_frame:
        message = "Rows of a table are not compared as those of an array."
        raise CannotEditError(message)


@contradicting_labels.treatment("Give equal rows one label", effect="judgement")
def give_equal_rows_one_label(finding: Finding, _cell: Cell) -> str | None:
    """Decide which label holds, or let the model give several."""
    if _is_one(facts_of(finding, Contradictions)):
        return None
    return (
        "Look at a few pairs. If a join repeated the rows, join on the full key; if people "
        "disagree, take the majority; if a row may have several labels, make one output for each "
        "of them."
    )
