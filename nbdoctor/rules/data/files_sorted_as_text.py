"""Numbered files in the order of their text, beside labels in the order of their numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.expression import with_expression
from nbdoctor.cell.edits.tables import statement_of
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.file_order import FileOrder, NumberedFiles
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _List:
    variable: str


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="Numbered files are in the order of their numbers",
    explains=(
        "contradicted-labels",
        "overfit-to-training",
        "signal-not-found",
        "baseline-not-beaten",
        "majority-class-only",
        "constant-predictions",
    ),
)
def files_sorted_as_text(
    order: FileOrder, attained: Attained | None, /, *, learned: float = 0.5
) -> Iterator[Finding]:
    """Numbered files are sorted as text, and their labels stand in a list of their own.

    ## What it means
    As text `shot_10.png` comes before `shot_2.png`. A list of labels beside the files has the order
    of the numbers, as a rule, so that most pictures get the label of another one. The model then
    learns nothing but the training rows by heart.

    ## How it is measured
    A list of file names that differ by one number without leading zeros, sorted as text, and an
    array or table with as many numbers beside it. How many files stand elsewhere than their number
    would put them is counted. Where the trained model reaches a score of `learned` (0.5) on rows
    that it was not trained on, files and labels belong together, and nothing is reported.

    ## Example
    ```python
    files = sorted(os.listdir("shots"))                # shot_1, shot_10, shot_100, shot_101, ...
    labels = np.loadtxt("labels.txt", dtype="int32")   # of shot_1, shot_2, shot_3, ...
    ```

    ## What the treatment does
    It sorts the files by their number.

    ## When to ignore it
    When the labels were written in the order of the names as text.

    ## References
    github:brainiak/brainiak#354, github:keras-team/keras#3871.
    """
    if attained is not None and attained.held_out and attained.score >= learned:
        message = "the trained model predicts rows that training did not use"
        raise DoesNotApplyError(message)
    for one in order.lists:
        if one.out_of_order and one.beside:
            yield _finding(one)
            return


def _finding(one: NumberedFiles) -> Finding:
    share = figure(100 * one.out_of_order / one.files, 2)
    return Finding(
        title=f"`{one.variable}` is sorted as text, not by the numbers in the names",
        says=(
            f"{one.out_of_order:,} of {one.files:,} files ({share} %) stand elsewhere than their "
            f"number says, because the numbers have no leading zeros: 10 comes before 2. "
            f"`{one.beside}` has as many entries, and none of them says which file it belongs to."
        ),
        where=Where(variable=one.variable),
        measured={"files out of the order of their numbers": one.out_of_order},
        expected={"files out of the order of their numbers": 0},
        facts=_List(one.variable),
    )


@files_sorted_as_text.treatment("Sort by the number in the name", effect="training")
def sort_by_number(finding: Finding, cell: Cell) -> Cell | str:
    """The number in each name decides, not its text."""
    name = facts_of(finding, _List).variable
    advice = (
        "Sort by the number: `sorted(files, key=lambda name: int(re.findall(r'\\d+', name)[-1]))`."
    )
    try:
        value = statement_of(cell, name).value
    except CannotEditError:
        return advice
    is_sorted = isinstance(value, ast.Call) and ast.unparse(value.func) == "sorted"
    if not is_sorted or not isinstance(value, ast.Call) or value.keywords or len(value.args) != 1:
        return advice
    inner = ast.unparse(value.args[0])
    key = 'key=lambda name: int("".join(filter(str.isdigit, str(name))))'
    return with_expression(cell, value, f"sorted({inner}, {key})")
