"""One class under two names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.tables import with_lines_after
from nbdoctor.readings.class_names import ClassNames, Spellings, folded
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Names:
    places: tuple[Spellings, ...]


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="No two class names differ only in blanks and capitals",
    explains=(
        "contradicted-labels",
        "below-simple-models",
        "majority-class-only",
        "baseline-not-beaten",
    ),
)
def class_in_two_spellings(names: ClassNames, /) -> Iterator[Finding]:
    """One class has several names, which differ in blanks, capitals or dashes.

    ## What it means
    "Kama", "Kama " and "KAMA" are three classes to a program. Nothing in the inputs tells them
    apart, so that the model has to guess, and half of its answers for such a class count as wrong.

    ## How it is measured
    Where as many names stand in a list, a dict or a column of a table as the labels have classes,
    they are compared without blanks, capitals, dashes, dots and underlines. Names that are equal
    then are reported.

    ## Example
    ```python
    names = sorted(frame["variety"].unique())      # ["Kama", "Kama ", "Rosa", "rosa"]
    y = frame["variety"].map({name: i for i, name in enumerate(names)})
    ```

    ## What the treatment does
    It gives each class one name where the table is made, in all tables the same: written as all
    classes can be (small, in capitals, or with a capital first), else the most frequent one.

    ## When to ignore it
    When capitals mean something, as in names of genes or chemical elements (Co and CO).

    ## References
    github:deepchecks/deepchecks#1970, and the check "String Mismatch" that came of it.
    """
    found = [one for one in names.spellings if one.groups]
    if not found:
        return
    first = found[0]
    shares = [one.share for one in found if one.share]
    rows = f", in {figure(100 * max(shares), 2)} % of the rows" if shares else ""
    pairs = "; ".join(" and ".join(repr(name) for name in group) for group in first.groups[:3])
    place = f"`{first.where}`" if not first.column else f"`{first.column}` of `{first.where}`"
    yield Finding(
        title=f"{first.classes} class names are {first.distinct} classes in different spellings",
        says=(
            f"In {place} these differ in blanks, capitals or dashes only{rows}: {pairs}. The model "
            f"is asked to tell {first.classes} classes apart where there are {first.distinct}."
        ),
        where=Where(variable=first.where, column=first.column),
        measured={"names of classes": first.classes},
        expected={"names of classes": first.distinct},
        facts=_Names(tuple(one for one in found if one.column)),
    )


@class_in_two_spellings.treatment("Use one spelling for each class", effect="training")
def use_one_spelling(finding: Finding, cell: Cell) -> Cell | str:
    """Every class gets one name, in all tables the same."""
    made, changed = cell, False
    chosen: dict[str, str] = {}
    for one in facts_of(finding, _Names).places:
        for name in _names_for(one.groups):
            chosen.setdefault(folded(name), name)
        to = {
            name: chosen[folded(name)]
            for group in one.groups
            for name in group
            if name != chosen[folded(name)]
        }
        line = f"{one.where} = {one.where}.replace({{{one.column!r}: {to!r}}})"
        try:
            made, changed = with_lines_after(made, one.where, line), True
        except CannotEditError:
            continue
    if changed:
        return made
    return (
        "Give each class one name before it is numbered: `.str.strip().str.lower()` does so for a "
        "column of pandas."
    )


def _names_for(groups: tuple[tuple[str, ...], ...]) -> list[str]:
    """Choose a name from each group: in one manner of writing, where every group has that."""
    manners = [{_manner(name) for name in group} - {""} for group in groups]
    common = set.intersection(*manners) if manners else set()
    first = groups[0] if groups else ()
    wanted = next((_manner(name) for name in first if _manner(name) in common), "")
    return [
        next((n for n in group if wanted and _manner(n) == wanted), group[0]) for group in groups
    ]


def _manner(name: str) -> str:
    """How a name without blanks around it is written, "" for all else."""
    if name != name.strip():
        return ""
    kinds = {"small": name.islower(), "capitals": name.isupper(), "capital first": name.istitle()}
    return next((kind for kind, holds in kinds.items() if holds), "")
