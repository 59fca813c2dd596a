"""A document as Markdown, for an issue or a chat."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbdoctor.report import Report
from nbdoctor.view.blocks import DID_NOT_HELP, Block, Card, Chart, Cure, Items, Muted, Table, Text
from nbdoctor.view.document import document
from nbdoctor.view.tabs.missing import CHARTS_FOLLOW


def as_markdown(report: Report) -> str:
    """`report` with findings first and what was measured folded under them."""
    of = document(report, {})
    parts = [f"## {_escaped(of.headline)}", f"**{of.verdict_word}** · {_escaped(of.summary)}"]
    findings, *measured = of.sections
    for block in findings.blocks:
        parts.extend(_block(block))
    for section in measured:
        blocks = [block for block in section.blocks if block != CHARTS_FOLLOW]
        body = "\n\n".join(part for block in blocks for part in _block(block))
        parts.append(f"<details><summary>{section.title}</summary>\n\n{body}\n\n</details>")
    parts.append(of.footer)
    return "\n\n".join(filter(None, parts)) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Text() | Muted():
            yield _escaped(block.text)
        case Items():
            yield "\n".join(f"- {_escaped(item)}" for item in block.items)
        case Table():
            yield f"{_escaped(block.caption)}:"
            yield _table(block)
        case Chart():
            return
        case Card():
            yield from _card(block, "###")


def _card(card: Card, heading: str) -> Iterator[str]:
    yield f"{heading} {card.severity_word}: {_escaped(card.title)} (`{card.rule}`)"
    yield _escaped(card.says) + (f" (line {card.line})" if card.line else "")
    if card.measures:
        yield _table(Table(caption="", header=("", "measured", "expected"), rows=card.measures))
    for cure in card.treatments:
        yield from _cure(cure)
    for consequence in card.consequences:
        yield from _card(consequence, f"{heading}#")


def _cure(cure: Cure) -> Iterator[str]:
    yield f"**{_escaped(cure.title)}** ({cure.effect_word}). {_escaped(cure.text)}"
    if cure.trial:
        yield _escaped(cure.trial)
    if cure.diff and cure.outcome not in DID_NOT_HELP:
        fence = "`" * (3 + max(map(len, re.findall("`+", cure.diff)), default=0))
        yield f"{fence}diff\n{cure.diff}\n{fence}"


def _table(table: Table) -> str:
    lines = [table.header, ("---",) * len(table.header), *table.rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(_escaped(text).split()).replace("|", "\\|")


def _escaped(text: str) -> str:
    """Text outside backticks cannot become HTML or emphasis."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return re.sub(r"([\\`*_<>\[\]])", r"\\\1", text)
    return "`".join(
        part if place % 2 else re.sub(r"([\\*_<>\[\]])", r"\\\1", part)
        for place, part in enumerate(parts)
    )
