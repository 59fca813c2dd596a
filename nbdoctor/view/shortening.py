"""A report with less in it, for a notebook whose file must stay small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from nbdoctor.view.blocks import (
    NUMBERS,
    Block,
    Card,
    Chart,
    Cure,
    Fold,
    Items,
    Muted,
    Table,
    Text,
)
from nbdoctor.view.document import CHECKS, Document
from nbdoctor.view.tabs.checks import PASSED

LEFT_OUT_HERE = (
    "To keep the notebook small, some pictures are left out. Run the cell again to see them all."
)

Documents = tuple[Document, ...]

LEFT_OUT = (
    "To keep the notebook small, some pictures are left out here. JupyterLab with nbdoctor shows "
    "them all."
)

COUNTED = "{} are listed by JupyterLab with nbdoctor; left out here to keep the notebook small."
"""Said in place of long lists of checks."""

FEW = 12
"""Items of a list or rows of a table of checks that are not worth leaving out."""


def shorter(all_of: Documents) -> Iterator[Documents]:
    """Less and less of a report for viewers that cannot do more than show it.

    What can be read elsewhere goes first: the manual pages, the lists of checks in which nothing
    was found, the tables of numbers that pictures show. Then the pictures, the largest first; at
    last the patched cells to copy, of which the diff tells. Where pictures are left out, the first
    document says so: of several fits it is that of all.
    """
    yield from smaller(all_of)
    *_, less = smaller(all_of)
    yield tuple(_with_cures(of, lambda cure: replace(cure, patched=None)) for of in less)


def smaller(all_of: Documents, said: str = LEFT_OUT) -> Iterator[Documents]:
    """The same as far as manual pages, lists, tables and pictures go.

    `said` tells where pictures are left out.
    """
    less = all_of
    for change in (without_pages, without_lists, without_numbers):
        less = tuple(map(change, less))
        yield less
    for size in sorted({len(one.svg) for of in less for one in _charts(of)}, reverse=True):
        less = tuple(without_charts(of, size) for of in less)
        first, *others = less
        footer = " ".join(filter(None, (first.footer, said)))
        yield (replace(first, footer=footer), *others)


def without_lists(of: Document) -> Document:
    """The same with checks that found nothing, and why others do not apply, only counted."""
    sections = tuple(
        replace(one, blocks=tuple(_counted(one.blocks))) if one.title == CHECKS else one
        for one in of.sections
    )
    return replace(of, sections=sections)


def _counted(blocks: Sequence[Block]) -> Iterator[Block]:
    """What could not be examined, and why, is never left out: it is not in `PASSED`."""
    passed = False
    for block in blocks:
        if isinstance(block, Items) and passed and len(block.items) > FEW:
            yield Muted(text=COUNTED.format("They"))
        elif isinstance(block, Table) and len(block.rows) > FEW:
            yield Text(text=block.caption)
            yield Muted(text=COUNTED.format("The reasons"))
        else:
            yield block
        passed = isinstance(block, Text) and block.text.startswith(PASSED)


def without_numbers(of: Document) -> Document:
    """The same without the tables that are folded below the picture of the same numbers."""

    def without(block: Block) -> Block | None:
        is_numbers = isinstance(block, Table) and block.folded and block.fold_title == NUMBERS
        return None if is_numbers else block

    return _with_blocks(of, without)


def without_pages(of: Document) -> Document:
    """The same without the manual pages of its findings, which are most of its text."""
    return with_cards(of, lambda card: replace(card, page=""))


def without_charts(of: Document, size: int) -> Document:
    """The same without pictures of `size` characters or more."""

    def without_curve(cure: Cure) -> Cure:
        large = cure.chart is not None and len(cure.chart.svg) >= size
        return replace(cure, chart=None) if large else cure

    of = _with_cures(of, without_curve)
    return _with_blocks(
        of, lambda block: None if isinstance(block, Chart) and len(block.svg) >= size else block
    )


def with_cards(of: Document, change: Callable[[Card], Card]) -> Document:
    """The same with every card changed, those of consequences too."""

    def changed(card: Card) -> Card:
        return replace(change(card), consequences=tuple(map(changed, card.consequences)))

    return _with_blocks(of, lambda block: changed(block) if isinstance(block, Card) else block)


def _charts(of: Document) -> Iterator[Chart]:
    """The pictures of all tabs, and those of trials."""
    found: list[Chart] = []

    def note(cure: Cure) -> Cure:
        found.extend([cure.chart] if cure.chart is not None else [])
        return cure

    _with_cures(of, note)
    yield from found
    for section in of.sections:
        yield from _in_blocks(section.blocks)


def _in_blocks(blocks: Iterable[Block]) -> Iterator[Chart]:
    for block in blocks:
        if isinstance(block, Chart):
            yield block
        elif isinstance(block, Fold):
            yield from _in_blocks(block.blocks)


def _with_cures(of: Document, change: Callable[[Cure], Cure]) -> Document:
    return with_cards(
        of, lambda card: replace(card, treatments=tuple(map(change, card.treatments)))
    )


def _with_blocks(of: Document, change: Callable[[Block], Block | None]) -> Document:
    """The same with every block changed, and without those that become None."""
    return replace(
        of,
        sections=tuple(
            replace(section, blocks=_changed(section.blocks, change)) for section in of.sections
        ),
    )


def _changed(blocks: Iterable[Block], change: Callable[[Block], Block | None]) -> tuple[Block, ...]:
    """Blocks changed, those in folds too; a fold of which nothing is left goes as well."""
    found = []
    for block in blocks:
        if not isinstance(block, Fold):
            found.append(change(block))
        elif inside := _changed(block.blocks, change):
            found.append(replace(block, blocks=inside))
    return tuple(one for one in found if one is not None)
