"""A document as plain text for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nbdoctor.report import Report
from nbdoctor.report.several import Reports
from nbdoctor.view import several, trying
from nbdoctor.view.blocks import (
    DID_NOT_HELP,
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
from nbdoctor.view.document import Document, document
from nbdoctor.view.markdown import as_markdown
from nbdoctor.view.page import command
from nbdoctor.view.shortening import without_lists

__all__ = ["as_markdown", "as_text"]

WIDTH = 80
"""Columns of a terminal."""

MOST_ROWS = 12
"""Rows of a table in a terminal; the notebook has all of them."""

LEAST_CELL = 8
"""Columns that a cell of a table may be narrowed to."""


def as_text(report: Report, *, brief: bool = False, lists: bool = True) -> str:
    """`report` in lines of at most 80 columns, complete without any other view.

    With `brief` only the verdict and the findings: what a terminal shows unasked. Without `lists`
    checks in which nothing was found are only counted.
    """
    of = document(report, {})
    of = of if lists else without_lists(of)
    lines = list(_text(replace(of, sections=of.sections[:1]) if brief else of))
    if brief:
        for fault in report.faults:
            lines += _wrapped(f"Could not be examined: {fault.part} ({fault.message})")
    text = "\n".join(lines)
    return re.sub(r"\n{3,}", "\n\n", text).replace("-\n\n", "-\n")


def several_as_text(reports: Reports) -> str:
    """What was found in all fits of a cell, and what was measured of each."""
    parts = several.changed(several.parts(reports, reports.merged), several.listed)
    texts = [as_text(reports.merged)]
    for part in parts:
        title = part.title.replace("`", "")
        measured = "\n".join(_text(part.document))
        texts.append(f"{title}\n{'=' * len(title)}\n{measured}")
    return re.sub(r"\n{3,}", "\n\n", "\n\n\n".join(texts)).replace("-\n\n", "-\n")


def tried_as_text(report: Report) -> str:
    """What came of the fixes, for a terminal that has shown the findings; "" without trials."""
    lines = _wrapped(trying.leads(report))
    if report.fix is not None:
        fix = report.fix.treatment
        lines += _wrapped(trying.says(fix.trial), first="  ") if fix.trial is not None else []
        lines += [f"  {line}" for line in fix.diff.splitlines() if not line.startswith("@@")]
    return "\n".join(lines)


def _text(of: Document) -> Iterator[str]:
    yield from _wrapped(f"{of.verdict_word}: {of.headline}" if of.verdict_word else of.headline)
    yield from _wrapped(of.summary)
    for section in of.sections:
        if section.title == "Findings" and of.verdict == "healthy" and len(section.blocks) == 1:
            continue  # the headline says it
        yield ""
        yield section.title
        yield "-" * len(section.title)
        for block in section.blocks:
            if block.kind != "placeholder":
                yield from _lines(block)
    if of.footer:
        yield ""
        yield from _wrapped(of.footer)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Text() | Muted():
            yield from _wrapped(block.text)
        case Items():
            for item in block.items:
                yield from _wrapped(item, first="  - ", rest="    ")
        case Table():
            yield from ("", *_wrapped(f"{block.caption}:"), *_table(block.in_words()), "")
        case Chart():
            return
        case Fold():
            inside = [line for inner in block.blocks for line in _lines(inner)]
            if inside:
                yield from _wrapped(block.title, first="  ", rest="    ")
            yield from inside if block.is_open else ()
        case Card():
            yield from _card(block, "")


def _card(card: Card, indent: str) -> Iterator[str]:
    yield ""
    sure = "".join(f", {one}" for one in (card.evidence, card.fits) if one)
    title = f"[{card.severity_word}{sure}] {card.title} ({card.rule})"
    yield from _wrapped(title, first=indent, rest=f"{indent}    ")
    line = f" ({card.place})" if card.place else ""
    inner = f"{indent}  "
    yield from _wrapped(f"{card.words}{line}", first=inner, rest=inner)
    for name, measured, expected in card.measures:
        healthy = f"; expected {expected}" if expected else ""
        yield from _wrapped(f"{name}: {measured}{healthy}", first=f"{inner}  ", rest=f"{inner}    ")
    for cure in card.treatments:
        yield from _cure(cure, inner)
    yield from _wrapped(f"More: {command(card.rule)}", first=inner, rest=f"{inner}  ")
    for consequence in card.consequences:
        yield from _wrapped("Consequence:", first=inner)
        yield from _card(consequence, inner)


def _cure(cure: Cure, indent: str) -> Iterator[str]:
    said = f"Treatment: {cure.title} ({cure.effect_word}). {cure.text}"
    yield from _wrapped(said, first=indent, rest=f"{indent}  ")
    if cure.trial:
        yield from _wrapped(cure.trial, first=f"{indent}  ", rest=f"{indent}  ")
    if cure.outcome in DID_NOT_HELP:
        return
    for line in cure.diff.splitlines():
        if not line.startswith("@@"):
            yield f"{indent}  {line}"  # code is never wrapped: it must stay what it is


def _table(table: Table) -> Iterator[str]:
    rows = [table.header, *table.rows[:MOST_ROWS]]
    widths = _widths([[_plain(cell) for cell in row] for row in rows])
    for row in rows if any(table.header) else rows[1:]:
        cells = [
            _cut(_plain(cell), width).ljust(width) for cell, width in zip(row, widths, strict=True)
        ]
        yield f"  {'  '.join(cells)}".rstrip()
    left = len(table.rows) - MOST_ROWS
    if left > 0:
        yield f"  and {left:,} more"


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Widths of the columns; the widest give way until all fit the terminal."""
    widths = [max(map(len, column), default=0) for column in zip(*rows, strict=True)]
    while sum(widths) + 2 * len(widths) > WIDTH and max(widths) > LEAST_CELL:
        widths[widths.index(max(widths))] -= 1
    return widths


def _wrapped(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest or first,
        break_on_hyphens=False,
    )


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 1]}…"


def _plain(cell: str) -> str:
    return cell.replace("`", "")
