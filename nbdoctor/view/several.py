"""The documents of several fits of a cell, and what of them is stored or shown in which way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nbdoctor.report import Report
from nbdoctor.report.merging import places
from nbdoctor.view.blocks import Block, Card, Chart, Items, Muted, Row, Table, Text
from nbdoctor.view.document import CHECKS, Document, document
from nbdoctor.view.fit_words import name_of
from nbdoctor.view.shortening import with_cards

Drawn = Mapping[str, Chart]
"""Charts by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPart:
    """One of several fits.

    Attributes
    ----------
    number : int
        Of the fit, from 1.
    title : str
        "Fit 1 of 5, line 12, model `net`".
    report : Report
    document : Document
        Its findings have the numbers that they have in the report of all fits.
    """

    number: int
    title: str
    report: Report
    document: Document


def parts(
    reports: Sequence[Report], merged: Report, charts: Sequence[Drawn] = ()
) -> tuple[FitPart, ...]:
    """The fits that were examined.

    Parameters
    ----------
    reports : sequence of Report
        In their order.
    merged : Report
        All of them as one.
    charts : sequence of mapping of str to Chart, optional
        Of each report those that are drawn; none by default.
    """
    names = {one.number: name_of(one, len(merged.fits)) for one in merged.fits}
    drawn = charts or [{}] * len(reports)
    return tuple(
        FitPart(
            number=report.number,
            title=names[report.number],
            report=report,
            document=numbered(document(report, of), numbers),
        )
        for report, of, numbers in zip(reports, drawn, places(reports), strict=True)
    )


def numbered(of: Document, numbers: Mapping[int, int]) -> Document:
    """The same with its findings numbered as in the report of all fits."""
    return with_cards(of, lambda card: replace(card, number=numbers[card.number]))


def light(of: Document) -> Document:
    """The same without what the report of all fits says of these findings: changes and pages.

    What came of trying a change is of this fit alone.
    """

    def bare(card: Card) -> Card:
        cures = (
            replace(one, text="", diff="", patched=None, chart=None) for one in card.treatments
        )
        return replace(card, treatments=tuple(cures), page="")

    return with_cards(of, bare)


def listed(of: Document) -> Document:
    """The same with its findings as sentences, for viewers that show all fits one below another."""
    sections = tuple(replace(one, blocks=_without_cards(one.blocks)) for one in of.sections)
    return replace(of, sections=sections)


def _without_cards(blocks: Sequence[Block]) -> tuple[Block, ...]:
    cards = [block for block in blocks if isinstance(block, Card)]
    if not cards:
        return tuple(blocks)
    others = tuple(block for block in blocks if not isinstance(block, Card))
    sentences = tuple(_sentence(one) for card in cards for one in (card, *card.consequences))
    return (*others, Items(items=sentences))


def with_rows_once(of: Sequence[FitPart]) -> tuple[FitPart, ...]:
    """The same, with rows of checks that stand with the first fit as well left out of the others.

    Most checks do not apply, to all fits of a cell for the same reasons.
    """
    if not of:
        return ()
    first, *others = of
    name = first.title.partition(" of ")[0].lower()
    said = {row for table in _checks(first.document) for row in table.rows}

    def less(document: Document) -> Document:
        sections = tuple(
            replace(one, blocks=tuple(_new_rows(one.blocks, said, name)))
            if one.title == CHECKS
            else one
            for one in document.sections
        )
        return replace(document, sections=sections)

    return (first, *changed(others, less))


def _checks(of: Document) -> list[Table]:
    blocks = next((one.blocks for one in of.sections if one.title == CHECKS), ())
    return [block for block in blocks if isinstance(block, Table)]


def _new_rows(blocks: Sequence[Block], said: set[Row], name: str) -> Iterator[Block]:
    """The blocks with what is new of their tables, and a word about the rest."""
    for block in blocks:
        if not isinstance(block, Table):
            yield block
            continue
        rows = tuple(row for row in block.rows if row not in said)
        left = len(block.rows) - len(rows)
        if rows:
            yield replace(block, rows=rows)
        elif left:
            yield Text(text=block.caption)
        if left:
            yield Muted(text=f"{left:,} of them, with the same reason, stand with {name}.")


def _sentence(card: Card) -> str:
    line = f" ({card.place})" if card.place else ""
    return f"{card.severity_word}: {card.title}{line}. {card.words}"


def changed(of: Sequence[FitPart], change: Callable[[Document], Document]) -> tuple[FitPart, ...]:
    """The same fits with another document each."""
    return tuple(replace(one, document=change(one.document)) for one in of)


def renewed(of: Sequence[FitPart], documents: Sequence[Document]) -> tuple[FitPart, ...]:
    """The same fits with these documents."""
    return tuple(replace(one, document=new) for one, new in zip(of, documents, strict=True))
