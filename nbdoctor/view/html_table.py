"""Tables as HTML, and the links from their rows to other parts of a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from html import escape

from nbdoctor.view.blocks import Lead, Table
from nbdoctor.view.page import marked

ID = r' id="(nbd-[0-9a-f]+)"'

LEAD = '<a class="nbd-lead" href="#'
"""How a link to another part of the report begins."""

LEADS = ' class="nbd-leads"'
"""Of the cells of a column that holds nothing but links."""


def drawn_table(table: Table) -> str:
    """A table, folded where it is only shown when asked for."""
    leads = table.leads or ((),) * len(table.rows)
    anchors = table.anchors or ("",) * len(table.rows)
    first, *others = table.header
    where = f'<th scope="col"{LEADS}>{marked(table.leads_title)}</th>' if table.leads else ""
    names = [f'<th scope="col">{marked(name)}</th>' for name in (first, *others)]
    head = "".join((names[0], where, *names[1:]))
    rows = "".join(
        f'<tr{id_of(anchor)}><th scope="row">{marked(row[0])}</th>'
        f"{f'<td{LEADS}>{drawn_leads(leading)}</td>' if table.leads else ''}"
        f"{''.join(f'<td>{marked(cell)}</td>' for cell in row[1:])}</tr>"
        for row, leading, anchor in zip(table.rows, leads, anchors, strict=True)
    )
    caption = marked(table.caption)
    title = marked(table.fold_title) or caption
    unseen = ' class="nbd-unseen"' if table.folded or not table.titled else ""
    drawn = (
        f'<div class="nbd-scroll"><table class="nbd-table"><caption{unseen}>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    if not table.folded:
        return drawn
    return f'<details class="nbd-fold"><summary>{title}</summary>{drawn}</details>'


def drawn_leads(leads: Sequence[Lead]) -> str:
    """Links to other parts of the report."""
    return " ".join(
        f'{LEAD}{lead.anchor}"{_of_layer(lead)}>{marked(lead.text)}</a>' for lead in leads
    )


def _of_layer(lead: Lead) -> str:
    return f' data-nbd-layer="{escape(lead.layer)}"' if lead.layer else ""


def id_of(anchor: str) -> str:
    """The attribute that makes a part one that links lead to."""
    return f' id="{anchor}"' if anchor else ""


def without_blind_leads(body: str) -> str:
    """`body` without leads to what is not in it, and without ids that no lead goes to.

    Histograms are drawn of few layers; a live view draws the others when it is asked.
    """
    there = set(re.findall(ID, body))
    body = _each(body, "<a ", "</a>", lambda link: _seeing(link, there))
    body = _each(body, "<table ", "</table>", _without_empty_column)
    wanted = set(re.findall(r' href="#(nbd-[0-9a-f]+)"', body))
    return re.sub(ID, lambda found: found[0] if found[1] in wanted else "", body)


def _each(body: str, begin: str, end: str, change: Callable[[str], str]) -> str:
    """`body` with each part from `begin` to `end` changed; none is inside of another."""
    *pieces, rest = body.split(end)
    made = []
    for piece in pieces:
        start = piece.rfind(begin)
        if start < 0:
            made.append(piece + end)
            continue
        part = change(piece[start:] + end)
        before = piece[:start] if part else piece[:start].removesuffix(" ")
        made.append(before + part)
    return "".join((*made, rest))


def _seeing(link: str, there: Collection[str]) -> str:
    """A link, "" for a lead to what is not there."""
    if not link.startswith(LEAD):
        return link
    return link if link.removeprefix(LEAD).partition('"')[0] in there else ""


def _without_empty_column(table: str) -> str:
    """A table without its column of links where none is left."""
    head = f'<th scope="col"{LEADS}>'
    if LEAD in table or head not in table:
        return table
    before, _, behind = table.partition(head)
    return (before + behind.partition("</th>")[2]).replace(f"<td{LEADS}></td>", "")
