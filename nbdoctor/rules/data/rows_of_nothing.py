"""Blank pictures, and texts without a word."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.rows import rows_of_fit
from nbdoctor.readings.blank_rows import BlankInput, BlankRows
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule

MOST = 0.98


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="Few rows are blank pictures or texts without a word",
    explains=("below-simple-models",),
)
def rows_of_nothing(
    blank: BlankRows, /, *, few: float = 0.005, many: float = 0.05
) -> Iterator[Finding]:
    """Some rows are blank: pictures of a single value, texts without a known word.

    ## What it means
    A file that could not be read, a crop beside the object, a text of unknown words: what is left
    is a row of zeros with a label. The model cannot learn from it, and learns the mean of the
    labels for it.

    ## How it is measured
    Up to 4,000 rows of each input of pictures or ids are looked at. A picture is blank where all
    its values are equal, a row of ids where all are 0, which stands for padding. From `few` (0.005)
    of the rows on it is a note, from `many` (0.05) on a warning. Where nearly all rows are blank
    another check says so.

    ## Example
    ```python
    x = np.zeros((len(files), 64, 64, 3))
    for row, file in enumerate(files):
        if file.exists():                          # many are not
            x[row] = load(file)
    ```

    ## What the treatment does
    It leaves these rows out before `fit`, where inputs and targets are arrays of the cell.

    ## When to ignore it
    When an empty picture is a class of its own.

    ## References
    None: they are counted.
    """
    for one in blank.inputs:
        share = one.blank / max(1, one.rows)
        if one.blank > 1 and few <= share < MOST:
            yield _finding(one, share, warns=share >= many)


def _finding(one: BlankInput, share: float, *, warns: bool) -> Finding:
    what = "hold no id but 0" if one.ids else "are pictures of one value"
    return Finding(
        title=f"{figure(100 * share, 2)} % of the rows are blank",
        says=(
            f"{one.blank:,} of {one.rows:,} rows of `{one.name}` {what}; the first is row "
            f"{one.first:,}. They have labels like all other rows."
        ),
        where=Where(call="fit", argument="x"),
        measured={"blank rows": one.blank},
        expected={"blank rows": 0},
        severity="warning" if warns else "note",
        facts=one,
    )


@rows_of_nothing.treatment("Leave these rows out", effect="judgement")
def leave_these_rows_out(finding: Finding, cell: Cell) -> Cell | str:
    """Train without them, and find out why they are empty.

    Missing files, cuts beyond the edge and unknown words make such rows.
    """
    nothing = "0" if facts_of(finding, BlankInput).ids else "{x}[:, :1]"
    kept = f"({{x}} != {nothing}).reshape(len({{x}}), -1).any(axis=1)"
    try:
        lines = (
            f"kept = {kept.format(x=x)}\n{x}, {y} = {x}[kept], {y}[kept]"
            for x, y in rows_of_fit(cell).pairs
        )
        return cell.with_lines_before("fit", "\n".join(lines))
    except CannotEditError:
        return (
            "Look at where these rows come from (missing files, cuts beyond the edge, unknown "
            f"words). `keep = {kept.format(x='x')}` names the others."
        )
