"""Tables as HTML, and the links from their rows to other parts of a report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from nbdoctor.view.blocks import Lead, Table
from nbdoctor.view.page import marked

ID = r' id="(nbd-[0-9a-f]+)"'

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
        f'<a class="nbd-lead" href="#{lead.anchor}"{_of_layer(lead)}>{marked(lead.text)}</a>'
        for lead in leads
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

    def kept(found: re.Match[str]) -> str:
        return found[0] if found[1] in there else ""

    body = re.sub(r' ?<a class="nbd-lead" href="#(nbd-[0-9a-f]+)"[^>]*>.*?</a>', kept, body)
    body = re.sub(r"<table\b.*?</table>", _without_empty_column, body, flags=re.DOTALL)
    wanted = set(re.findall(r' href="#(nbd-[0-9a-f]+)"', body))
    return re.sub(ID, lambda found: found[0] if found[1] in wanted else "", body)


def _without_empty_column(table: re.Match[str]) -> str:
    """A table without its column of links where none is left."""
    if '<a class="nbd-lead"' in table[0]:
        return table[0]
    without = re.sub(rf'<th scope="col"{LEADS}>.*?</th>', "", table[0], flags=re.DOTALL)
    return without.replace(f"<td{LEADS}></td>", "")
