"""A report with less in it, for a notebook whose file must stay small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from nbdoctor.view.blocks import Block, Card, Chart, Cure, Fold
from nbdoctor.view.document import Document

LEFT_OUT_HERE = (
    "To keep the notebook small, some pictures are left out. Run the cell again to see them all."
)

Documents = tuple[Document, ...]

LEFT_OUT = (
    "To keep the notebook small, some pictures are left out here. JupyterLab with nbdoctor shows "
    "them all."
)


def shorter(all_of: Documents) -> Iterator[Documents]:
    """Less and less of a report for viewers that cannot do more than show it.

    The manual pages go first, which can be read elsewhere; then the pictures, the largest first,
    whose numbers stand in tables too; at last the patched cells to copy, of which the diff tells.
    The first document says so: of several fits it is that of all.
    """
    yield from smaller(all_of)
    *_, less = smaller(all_of)
    yield tuple(_with_cures(of, lambda cure: replace(cure, patched=None)) for of in less)


def smaller(all_of: Documents, said: str = LEFT_OUT) -> Iterator[Documents]:
    """The same as far as manual pages and pictures go; `said` tells where pictures are left out."""
    less = tuple(map(without_pages, all_of))
    yield less
    for size in sorted({len(one.svg) for of in less for one in _charts(of)}, reverse=True):
        less = tuple(without_charts(of, size) for of in less)
        first, *others = less
        footer = " ".join(filter(None, (first.footer, said)))
        yield (replace(first, footer=footer), *others)


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
