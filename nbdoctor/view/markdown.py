"""A document as Markdown, for an issue or a chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from nbdoctor.report import Report
from nbdoctor.report.several import Reports
from nbdoctor.view import several
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
from nbdoctor.view.page import command

SMALLEST = 6
"""Headings of Markdown have six sizes."""

_BLANKS = re.compile(r"[\t-\r\x1c-\x1f \x85\u2028\u2029]+")

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
"""Characters that hide, end a line, or turn the order of what stands around them."""


def as_markdown(report: Report) -> str:
    """`report` with findings first and what was measured folded under them."""
    return _written(document(report, {}))


def several_as_markdown(reports: Reports) -> str:
    """What was found in all fits of a cell, and each of them folded below."""
    parts = several.changed(several.parts(reports, reports.merged), several.listed)
    folded = [_folded(part.title, _written(part.document)) for part in parts]
    return "\n\n".join((_written(document(reports.merged, {})).rstrip(), *folded)) + "\n"


def _written(of: Document) -> str:
    parts = [
        f"## {_escaped(of.headline)}",
        f"**{_escaped(of.verdict_word)}** · {_escaped(of.summary)}",
    ]
    findings, *measured = of.sections
    for block in findings.blocks:
        parts.extend(_block(block))
    for section in measured:
        blocks = [block for block in section.blocks if block.kind != "placeholder"]
        body = "\n\n".join(part for block in blocks for part in _block(block))
        parts.append(_folded(section.title, body))
    parts.append(_paragraph(of.footer))
    return "\n\n".join(filter(None, parts)) + "\n"


def escaped(text: str) -> str:
    """One line of plain text, in which pairs of backticks mark code."""
    return _escaped(text)


def _folded(title: str, body: str) -> str:
    name = escape(_one_line(title), quote=False)
    return f"<details><summary>{name}</summary>\n\n{body.strip()}\n\n</details>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Text() | Muted():
            yield _paragraph(block.text)
        case Items():
            yield "\n".join(f"- {_paragraph(item)}" for item in block.items)
        case Table():
            yield f"{_paragraph(block.caption)}:"
            yield _table(block.in_words())
        case Chart():
            return
        case Fold():
            yield from _fold(block)
        case Card():
            yield from _card(block, 3)


def _fold(fold: Fold) -> Iterator[str]:
    """Nothing where only pictures are in it."""
    body = "\n\n".join(part for block in fold.blocks for part in _block(block))
    title = escape(_one_line(fold.title.replace("`", "")), quote=False)
    if body:
        yield f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def _card(card: Card, size: int) -> Iterator[str]:
    heading = "#" * min(size, SMALLEST)
    rule = _escaped(f"`{card.rule}`")
    known = ", ".join(filter(None, (card.evidence, card.fits)))
    sure = f" ({_escaped(known)})" if known else ""
    yield f"{heading} {_escaped(card.severity_word)}{sure}: {_escaped(card.title)} ({rule})"
    yield _paragraph(card.words) + (f" ({_escaped(card.place)})" if card.place else "")
    if card.measures:
        yield _table(Table(caption="", header=("", "measured", "expected"), rows=card.measures))
    for cure in card.treatments:
        yield from _cure(cure)
    yield f"More: {_escaped(f'`{command(card.rule)}`')}"
    for consequence in card.consequences:
        yield from _card(consequence, size + 1)


def _cure(cure: Cure) -> Iterator[str]:
    yield f"**{_escaped(cure.title)}** ({_escaped(cure.effect_word)}). {_escaped(cure.text)}"
    if cure.trial:
        yield _paragraph(cure.trial)
    if cure.diff and cure.outcome not in DID_NOT_HELP:
        fence = "`" * (3 + max(map(len, re.findall("`+", cure.diff)), default=0))
        yield f"{fence}diff\n{_seen(cure.diff)}\n{fence}"


def _table(table: Table) -> str:
    lines = [
        [_escaped(cell) for cell in table.header],
        ["---"] * len(table.header),
        *([_escaped(cell) for cell in row] for row in table.rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _paragraph(text: str) -> str:
    """One line, also where it could begin a list, a heading or a rule across the page."""
    return re.sub(r"^(\d*)(#|=|[-+.)](?= |$|-))", r"\1\\\2", _escaped(text))


def _escaped(text: str) -> str:
    """One line in which pairs of backticks mark code, and nothing else means anything."""
    parts = re.split("`([^`]+)`", _one_line(text))
    return "".join(_code(part) if place % 2 else _plain(part) for place, part in enumerate(parts))


def _code(text: str) -> str:
    """Text in backticks; what could end a cell of a table is no code."""
    return _plain(text) if re.search(r"[|\\]", text) else f"`{text}`"


def _plain(text: str) -> str:
    """Text that Markdown and HTML take as nothing but text."""
    escapes = re.sub(r"[\\*_<>\[\]&~|]", r"\\\g<0>", text)
    return escapes.replace("`", "&#96;").replace("://", "&#58;//")


def _one_line(text: str) -> str:
    return _seen(_BLANKS.sub(" ", text)).strip(" ")


def _seen(text: str) -> str:
    """Text in which the code stands for what would hide."""
    return _UNSEEN.sub(lambda one: f"U+{ord(one[0]):04X}", text)
