"""A word that gives the class of a text away."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.rows import rows_of_fit, with_numpy
from nbdoctor.readings.telling_ids import TellingId, TellingIds
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="No word at one place of the texts gives their class away",
    explains=("validation-looks-better", "overfit-to-training"),
)
def leaking_word(found: TellingIds, /, *, told: float = 0.05) -> Iterator[Finding]:
    """A word at one place of the texts gives their class away.

    ## What it means
    An export that keeps the folder, the number of stars or the queue of a text writes the class
    into its first or last line. Training and validation then look perfect. New texts do not have
    that line, and the model has learned little else.

    ## How it is measured
    Of up to 1,200 rows of ids each id is looked for in the rows of every class. The finding
    requires an id in 95 % of the rows of one class or more and in at most 1 % of all others, at
    one place from the first or the last word in nine of ten of them; and that all other ids tell
    something of the class, too: a linear model of how often each stands in a row explains `told`
    (0.05) or more of rows that it was not fitted to. Where a single id is all that there is to
    learn, as in a made-up task, it is the task. Words that a class is made of, as those of a
    language, stand anywhere, and are silent.

    ## Example
    ```python
    texts = [f"folder {mail.folder} " + mail.body for mail in mails]      # inbox or junk
    labels = [mail.is_spam for mail in mails]
    ```

    ## What the treatment does
    It puts the number of an unknown word in its place, where the words were numbered by a layer.
    Where it is tried, the model that has the word is judged by validation rows without it: where
    the model is to be used, no text has it.

    ## When to ignore it
    When new texts have this word as well.

    ## References
    Kaufman, Rosset and Perlich, "Leakage in data mining", KDD 2011.
    """
    if not found.ids:
        return
    if found.without is None or found.without < told:
        message = "one id is all that tells the classes apart"
        raise DoesNotApplyError(message)
    yield _finding(found)


def _finding(found: TellingIds) -> Finding:
    first = max(found.ids, key=lambda one: (one.share, -one.elsewhere))
    others = [one for one in found.ids if one is not first]
    also = f" So do {len(others):,} more, each in one class." if len(others) > 1 else ""
    if len(others) == 1:
        also = f" So does id {others[0].number} for class {figure(others[0].label)}."
    name = f" of `{found.variable}`" if found.variable else ""
    return Finding(
        title=f"Id {first.number}{name} gives class {figure(first.label)} away",
        says=(
            f"{figure(100 * first.share, 3)} % of the texts of class {figure(first.label)} hold "
            f"the id {first.number}, {_place(first)}, and {figure(100 * first.elsewhere, 2)} % of "
            f"all others.{also}"
        ),
        where=Where(call="fit", argument="x", variable=found.variable),
        measured={f"texts of class {figure(first.label)} with id {first.number}": first.share},
        expected={f"texts of class {figure(first.label)} with id {first.number}": "not nearly all"},
        facts=found,
    )


def _place(one: TellingId) -> str:
    if one.place < 0:
        return "the last word" if one.place == -1 else f"word {-one.place} from the end"
    return f"word {one.place + 1}"


def _without(names: tuple[str, ...], found: TellingIds, cell: Cell) -> Cell:
    numbers = [one.number for one in found.ids]
    lines = (
        f"{name} = np.where(np.isin({name}, {numbers}), {found.unknown}, {name})" for name in names
    )
    return cell.with_lines_before("fit", with_numpy(cell, "\n".join(lines)))


def _as_used(finding: Finding, cell: Cell) -> Cell:
    """New texts do not have the word."""
    rows = rows_of_fit(cell, targets=False)
    if not rows.judging_x:
        message = "No rows but those of training judge the model."
        raise CannotEditError(message)
    return _without((rows.judging_x,), facts_of(finding, TellingIds), cell)


@leaking_word.treatment("Leave the word out of the texts", effect="judgement", as_used=_as_used)
def leave_it_out(finding: Finding, cell: Cell) -> Cell | str:
    """Texts are trained on without the word. It is better cut off before they are numbered."""
    found = facts_of(finding, TellingIds)
    numbered = bool(found.layer)
    try:
        if numbered:
            return _without(rows_of_fit(cell, targets=False).inputs, found, cell)
    except CannotEditError:
        pass
    known = f"`{found.layer}.get_vocabulary()`" if numbered else "the vocabulary"
    return (
        f"Look the id up in {known}, and cut off the line or the field that it comes from, in "
        "both parts, before texts are numbered."
    )
