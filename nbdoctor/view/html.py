"""A document as HTML without script: live in a widget, or stored in a notebook."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib import resources

from nbdoctor.view import page
from nbdoctor.view.blocks import (
    DID_NOT_HELP,
    Block,
    Card,
    Chart,
    Cure,
    Fold,
    Items,
    Muted,
    Section,
    Table,
    Text,
)
from nbdoctor.view.document import Document
from nbdoctor.view.html_table import drawn_leads, drawn_table, id_of, without_blind_leads
from nbdoctor.view.page import marked
from nbdoctor.view.palette import AMBER, BLUE, GREEN, PAPER, PAPER_INK, RED, SIGNS

COLOURS = {
    "critical": RED,
    "warning": AMBER,
    "note": BLUE,
    "healthy": GREEN,
    "unknown": "#767676",
}
"""Inline as well as in the style sheet, which is removed from a notebook that is not trusted."""

DELETED = "border-left:3px solid #d9484f;padding-left:6px"
ADDED = "border-left:3px solid #23946a;padding-left:6px"


@cache
def style() -> str:
    """The style sheet of every report."""
    return resources.files("nbdoctor.view").joinpath("style.css").read_text(encoding="utf-8")


def as_fragment(of: Document, *, live: bool) -> str:
    """The whole document as a piece of a page.

    Parameters
    ----------
    of : Document
    live : bool
        Charts are inline and follow the theme; else they are images, which survive the
        sanitising of notebooks that are not trusted.
    """
    return enclosed(inner(of, live=live))


def enclosed(body: str) -> str:
    """A report with its style, as a region that a screen reader names."""
    return (
        f'<style>{style()}</style><div class="nbd-report" role="region" '
        f'aria-label="Diagnosis by nbdoctor">{body}</div>'
    )


def inner(of: Document, *, live: bool) -> str:
    """The same without what surrounds it: the verdict, the folded tabs and the footer."""
    body = "".join(_folded(section, of, live=live) for section in of.sections)
    return f"{header(of, live=live)}{without_blind_leads(body)}{footer(of)}"


def header(of: Document, *, live: bool = True) -> str:
    """The verdict with its headline, the line of facts, and the score beside what is possible."""
    score = f'<div class="nbd-score">{_drawn(of.score, live=live)}</div>' if of.score else ""
    return (
        f'<div class="nbd-head"><h2 class="nbd-headline">'
        f"{_severity(of.verdict, of.verdict_word)} "
        f'{marked(of.headline)}</h2><p class="nbd-summary">{marked(of.summary)}</p>{score}</div>'
    )


def _severity(name: str, word: str) -> str:
    """A sign of colour, and the word in the colour of text: few colours can be read when small."""
    sign = f'<span style="color:{COLOURS[name]}" aria-hidden="true">{SIGNS[name]}</span>'
    return f'<span class="nbd-verdict">{sign} {escape(word)}</span>'


def footer(of: Document) -> str:
    """What is proved about training."""
    return f'<p class="nbd-footer">{marked(of.footer)}</p>' if of.footer else ""


def paragraph(text: str) -> str:
    """A paragraph; backticks mark code."""
    return f"<p>{marked(text)}</p>"


def section_title(section: Section) -> str:
    """The name of a tab."""
    return f"{section.title} {section.count}" if section.count else section.title


def section_body(section: Section, *, live: bool, offers: bool = False) -> str:
    """The blocks of a tab.

    With `offers`, treatments have a place where our extension of JupyterLab draws their buttons.
    """
    return "".join(_block(block, live=live, offers=offers) for block in section.blocks)


def _folded(section: Section, of: Document, *, live: bool) -> str:
    shown = " open" if section.title == "Findings" and of.verdict != "healthy" else ""
    return (
        f'<details class="nbd-section"{shown}><summary><h3>{escape(section_title(section))}</h3>'
        f"</summary>{section_body(section, live=live)}</details>"
    )


def _block(block: Block, *, live: bool, offers: bool) -> str:
    match block:
        case Text() | Muted():
            return _anchored(block) if isinstance(block, Text) else _muted(block)
        case Items():
            items = "".join(f"<li>{marked(item)}</li>" for item in block.items)
            return f'<ul class="nbd-items">{items}</ul>'
        case Table():
            return drawn_table(block)
        case Chart():
            return _chart(block, live=live)
        case Fold():
            return _fold(block, live=live, offers=offers)
        case Card():
            return "".join(_card(block, 3 if offers else 4, live=live, offers=offers))


def _anchored(block: Text) -> str:
    return f"<p{id_of(block.anchor)}>{marked(block.text)}</p>"


def _muted(block: Muted) -> str:
    return f'<p class="nbd-muted">{marked(block.text)}</p>'


def _fold(fold: Fold, *, live: bool, offers: bool) -> str:
    """A part that unfolds; its id is inside of it, for browsers unfold what a target is in."""
    inside = "".join(_block(block, live=live, offers=offers) for block in fold.blocks)
    return (
        f'<details class="nbd-fold nbd-part"{" open" if fold.is_open else ""}>'
        f"<summary>{marked(fold.title)}</summary><div{id_of(fold.anchor)}>{inside}</div></details>"
    )


def _chart(chart: Chart, *, live: bool) -> str:
    title = f"<figcaption>{escape(chart.title)}</figcaption>"
    return f'<figure class="nbd-chart">{title}{_drawn(chart, live=live)}</figure>'


def _drawn(chart: Chart, *, live: bool) -> str:
    return chart.svg if live else _image(chart)


def _image(chart: Chart) -> str:
    drawn = on_paper(chart.svg)
    data = base64.b64encode(drawn.encode(errors="replace")).decode()
    words = escape(f"{chart.title}. {chart.description}")
    return f'<img alt="{words}" src="data:image/svg+xml;base64,{data}">'


def on_paper(svg: str) -> str:
    """A picture that brings its ground along: an image cannot follow the theme of the page."""
    ground = f'<rect width="100%" height="100%" rx="3" fill="{PAPER}"/>'
    return svg.replace("</desc>", f"</desc>{ground}", 1).replace("currentColor", PAPER_INK)


def _card(card: Card, level: int, *, live: bool, offers: bool) -> Iterator[str]:
    """A finding; its heading is one level below that of what it is in."""
    colour, heading = COLOURS[card.severity], f"h{level}"
    yield (
        f'<div class="nbd-card nbd-{card.severity}"{id_of(card.anchor)} '
        f'style="border-left:4px solid {colour};'
        'padding-left:12px">'
        f'<{heading} class="nbd-title">{_severity(card.severity, card.severity_word)} '
        f"{marked(card.title)}</{heading}>"
        f'<div class="nbd-facts">{_evidence(card)}{_fits(card)}'
        f'<code class="nbd-rule">{escape(card.rule)}</code>{_about(card)}</div>'
    )
    line = f' <span class="nbd-muted">({escape(card.place)})</span>' if card.place else ""
    see = f" {drawn_leads(card.see)}" if card.see else ""
    yield f"<p>{marked(card.says)}{line}{see}</p>"
    yield _measures(card)
    yield from _cures(card, live=live, offers=offers)
    if card.consequences:
        several = "consequence" if len(card.consequences) == 1 else "consequences"
        yield f'<details class="nbd-fold"><summary>{len(card.consequences)} {several}</summary>'
        for consequence in card.consequences:
            yield from _card(consequence, level + 1, live=live, offers=offers)
        yield "</details>"
    if card.page:
        yield '<details class="nbd-fold"><summary>Why?</summary><div class="nbd-why">'
        yield f"{page.as_html(card.page)}</div></details>"
    else:
        yield f'<p class="nbd-muted">More: <code>{escape(page.command(card.rule))}</code></p>'
    yield "</div>"


def _evidence(card: Card) -> str:
    return f'<span class="nbd-evidence">{escape(card.evidence)}</span> · ' if card.evidence else ""


def _fits(card: Card) -> str:
    return f'<span class="nbd-fits">in {escape(card.fits)}</span> · ' if card.fits else ""


def _about(card: Card) -> str:
    layers = "layer" if len(card.leads) == 1 else "layers"
    return f" · {layers} {drawn_leads(card.leads)}" if card.leads else ""


def _measures(card: Card) -> str:
    if not card.measures:
        return ""
    known = any(expected for _, _, expected in card.measures)
    rows = tuple(row if known else row[:2] for row in card.measures)
    header = ("", "measured", "expected") if known else ("", "measured")
    return drawn_table(Table(caption=card.title, header=header, rows=rows, titled=False))


def _cures(card: Card, *, live: bool, offers: bool) -> Iterator[str]:
    """The treatments; those that were tried and did not help are folded away."""
    places = [f"{card.number}:{place}" if offers else "" for place in range(len(card.treatments))]
    drawn = [
        (cure, _cure(cure, place, live=live))
        for cure, place in zip(card.treatments, places, strict=True)
    ]
    yield from (text for cure, text in drawn if cure.outcome not in DID_NOT_HELP)
    failed = [(cure, text) for cure, text in drawn if cure.outcome in DID_NOT_HELP]
    if failed:
        yield (
            '<details class="nbd-fold"><summary>Tried without success: '
            f"{', '.join(marked(cure.title) for cure, _ in failed)}</summary>"
        )
        yield from (text for _, text in failed)
        yield "</details>"


def _cure(cure: Cure, place: str, *, live: bool) -> str:
    """A treatment; `place` tells JupyterLab which one, "" where nobody could ask."""
    diff = f'<pre class="nbd-diff">{"".join(_diff(cure.diff))}</pre>' if cure.diff else ""
    trial = f'<div class="nbd-trial">{_trial(cure, live=live)}</div>' if cure.trial else ""
    return (
        f'<div class="nbd-cure"><span class="nbd-cure-title">{marked(cure.title)}</span> '
        f'<span class="nbd-muted">({escape(cure.effect_word)})</span>'
        f"<div>{marked(cure.text)}</div>{diff}{trial}{''.join(_offer(cure, place))}</div>"
    )


def _trial(cure: Cure, *, live: bool) -> str:
    colour = COLOURS["healthy"] if cure.outcome == "helps" else COLOURS["unknown"]
    said = f'<p style="border-left:3px solid {colour};padding-left:8px">{marked(cure.trial)}</p>'
    return said + (_chart(cure.chart, live=live) if cure.chart is not None else "")


def _offer(cure: Cure, place: str) -> Iterator[str]:
    """How the patch gets into the cell: our extension draws it at that place, else by hand.

    The extension shows what the patch would change in the cell as it is then, with its buttons.
    """
    if cure.patched is None or cure.outcome in DID_NOT_HELP:
        return
    if place:
        yield f'<div class="nbd-offer" data-nbd-place="{place}" hidden></div>'
    yield (
        '<details class="nbd-fold nbd-whole"><summary>The whole cell with this change, to copy'
        f"</summary><pre>{escape(cure.patched)}</pre></details>"
    )


def _diff(diff: str) -> Iterator[str]:
    for line in diff.split("\n"):
        match line[:1]:
            case "-":
                yield f'<span class="nbd-del" style="{DELETED}">{escape(line)}\n</span>'
            case "+":
                yield f'<span class="nbd-add" style="{ADDED}">{escape(line)}\n</span>'
            case "@":
                yield f'<span class="nbd-muted">{escape(_place(line))}\n</span>'
            case _:
                yield f"<span>{escape(line)}\n</span>"


def _place(line: str) -> str:
    """The line that a part of a diff begins at: "line 2" for "@@ -2,1 +2,1 @@"."""
    found = re.match(r"@@ -(\d+)", line)
    return f"line {found[1]}" if found else line
