"""Texts that were cut before they reached the program."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.texts import TextColumn, Texts
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

MORE, MOST, MORE_OF_MOST = 3.0, 0.5, 1.5
"""Pieces of words at the end, against words that stand in one text only; the last one where more
than half of the texts have one length, for which free texts have no other reason."""


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="No large part of the texts ends at one length",
    explains=(
        "contradicted-labels",
        "baseline-not-beaten",
        "signal-not-found",
        "overfit-to-training",
        "majority-class-only",
        "constant-predictions",
        "dead-units",
    ),
)
def texts_cut_short(
    texts: Texts,
    attained: Attained | None,
    /,
    *,
    share: float = 0.2,
    pieces: float = 0.2,
) -> Iterator[Finding]:
    """Many texts have exactly the greatest length, and end within a word.

    ## What it means
    An export, a column of a database or a download has cut the texts. What decides may stand at the
    end; the model then gets texts without it, and has nothing to learn.

    ## How it is measured
    The texts that the inputs were made from are measured before anything is done to them. The
    finding requires that at least `share` (0.2) of them have exactly the length of the longest, and
    that of these at least `pieces` (0.2) end in what is no word of any text, three times as often
    as a word before it stands in one text only; half as often again is enough where more than half
    of all texts have that length. Of free texts a few in a thousand have the length
    of the longest. A model that has learned these rows all the same is not warned of.

    ## Example
    ```python
    frame = pd.read_csv("notes.csv")              # exported with 60 characters per cell
    model.fit(vectorize(frame["text"]), frame["liked"])
    ```

    ## What the treatment does
    It says where to look: the rest of the texts is not in this file.

    ## When to ignore it
    When the texts are cut on purpose, and their beginning is what decides.

    ## References
    github:bskinn/excel-csvexporter#36.
    """
    if has_learned(attained):
        message = "the model has learned these rows"
        raise DoesNotApplyError(message)
    for one in texts.columns:
        more = MORE_OF_MOST if one.at_longest > MOST else MORE
        known = one.cut_words >= max(pieces, more * one.other_words)
        if one.at_longest >= share and known:
            yield _finding(one)
            return


def _finding(one: TextColumn) -> Finding:
    name = f"`{one.column}` of `{one.where}`" if one.column else f"`{one.where}`"
    return Finding(
        title=f"The texts in {name} were cut after {one.longest:,} characters",
        says=(
            f"{figure(100 * one.at_longest, 3)} % of {one.rows:,} texts have exactly "
            f"{one.longest:,} characters, and none has more. {figure(100 * one.cut_words, 2)} % "
            "of these end in what is a word in no other place."
        ),
        where=Where(variable=one.where, column=one.column),
        measured={"share of texts of the greatest length": one.at_longest},
        expected={"share of texts of the greatest length": "some in a thousand"},
    )


@texts_cut_short.treatment("Get the texts in full", effect="advice")
def get_the_texts_in_full(finding: Finding, _cell: Cell) -> str:
    """The rest of the texts has to come from where they were exported."""
    return (
        "Export the texts again without a limit (of the cell of a spreadsheet, of a `varchar`, of "
        "a preview), and compare a few with their source."
    )
