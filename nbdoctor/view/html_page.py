"""Reports as pages of their own, and several fits of a cell one below another, without script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from nbdoctor.report import Report
from nbdoctor.report.several import Reports
from nbdoctor.view import html, several
from nbdoctor.view.blocks import Chart
from nbdoctor.view.document import Document, document
from nbdoctor.view.html_table import without_blind_leads
from nbdoctor.view.page import marked


def as_page(report: Report) -> str:
    """A complete page, readable offline, with its charts."""
    of = document(*_drawn(report))
    return _page(of.headline, html.as_fragment(of, live=True))


def several_as_page(reports: Reports) -> str:
    """The same of all fits of a cell."""
    of = document(reports.merged, {})
    drawn = [_drawn(report) for report in reports]
    parts = several.parts([one for one, _ in drawn], reports.merged, [of for _, of in drawn])
    return _page(of.headline, fits_fragment(of, parts, live=True))


def fits_fragment(of: Document, parts: Sequence[several.FitPart], *, live: bool) -> str:
    """What was found in all fits, and each of them folded below.

    Parameters
    ----------
    of : Document
        Of the report of all fits.
    parts : sequence of FitPart
    live : bool
        As in `html.as_fragment`.
    """
    found = "".join(html.section_body(section, live=live) for section in of.sections)
    folded = "".join(_folded(one, live=live) for one in several.changed(parts, several.listed))
    return html.enclosed(without_blind_leads(f"{html.header(of)}{found}{folded}{html.footer(of)}"))


def _folded(part: several.FitPart, *, live: bool) -> str:
    inside = html.inner(part.document, live=live)
    return (
        f'<details class="nbd-section nbd-fit"><summary><h3>{marked(part.title)}</h3></summary>'
        f"{inside}</details>"
    )


def _drawn(report: Report) -> tuple[Report, dict[str, Chart]]:
    """A report with its charts, and what of them could not be drawn."""
    from nbdoctor.view.gauges import charts  # matplotlib is slow to import

    drawn, faults = charts(report)
    return replace(report, faults=(*report.faults, *faults)), dict(drawn)


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title>"
        "<style>:root{color-scheme:light dark}body{margin:1.5em auto;max-width:880px;"
        "padding:0 1em;font-family:system-ui,sans-serif}</style></head>"
        f"<body>{body}</body></html>"
    )
