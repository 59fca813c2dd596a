"""The messages to JupyterLab: the report as data, and the outputs of the cell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nbdoctor.report import Report
from nbdoctor.view.blocks import Chart
from nbdoctor.view.document import Document, document
from nbdoctor.view.html import as_fragment
from nbdoctor.view.text import as_text

MIME = "application/vnd.nbdoctor.report+json"
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"

VERSION = 1
"""Of the message; the front end refuses a newer one."""

ROOM = 16_000
"""Bytes that the readings may take. The document says what they say, and with its pictures stored
twice (for JupyterLab, and as HTML for everything else) a notebook has to stay under 150 kB more."""


LARGEST = 140_000
"""Bytes of all outputs beyond which the HTML leaves out the patched cells (JupyterLab has them in
the report), and then everything leaves out the manual pages of findings."""


def payload(report: Report, charts: Mapping[str, Chart]) -> dict[str, Any]:
    """What JupyterLab draws and stores: `version`, `report`, `document`."""
    return _payload(report, document(report, charts))


def bundle(
    report: Report,
    charts: Mapping[str, Chart],
    widget_model_id: str | None,
) -> dict[str, Any]:
    """The outputs of one report, from the liveliest to plain text.

    Parameters
    ----------
    report : Report
    charts : mapping of str to Chart
        Those that are drawn.
    widget_model_id : str or None
        Model of the live panel, None without one.
    """
    of = document(report, charts)
    data = _static(report, of)
    for smaller in (of.without_patched(), of.without_patched().without_pages()):
        if len(json.dumps(data)) > LARGEST:
            data = _static(report, smaller)
    if widget_model_id is None:
        return data
    view = {"version_major": 2, "version_minor": 0, "model_id": widget_model_id}
    return {WIDGET_MIME: view, **data}


def _static(report: Report, of: Document) -> dict[str, Any]:
    return {
        MIME: _payload(report, of),
        "text/html": as_fragment(of, live=False),
        "text/plain": as_text(report),
    }


def _payload(report: Report, of: Document) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(report.to_json())
    if len(json.dumps(data["readings"])) > ROOM:
        data["readings"] = {}
    return {"version": VERSION, "report": data, "document": of.as_dict()}
