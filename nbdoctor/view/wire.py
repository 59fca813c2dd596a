"""The messages to JupyterLab: the report as data, and the outputs of the cell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nbdoctor.report import Report
from nbdoctor.view.blocks import Chart
from nbdoctor.view.document import Document, document
from nbdoctor.view.html import as_fragment
from nbdoctor.view.shortening import shorter, without_pages
from nbdoctor.view.text import as_text

MIME = "application/vnd.nbdoctor.report+json"
HTML = "text/html"
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"

VERSION = 1
"""Of the message; the front end refuses a newer one."""

LARGEST_READINGS = 16_000
"""Bytes that the readings may take. The document says what they say, and with its pictures stored
twice (for JupyterLab, and as HTML for everything else) a notebook has to stay under 150 kB more."""


LARGEST = 148_000
"""Bytes in the notebook's file beyond which a report is shortened (shortening.py)."""


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
    data = _static(report, document(report, charts))
    if widget_model_id is None:
        return data
    view = {"version_major": 2, "version_minor": 0, "model_id": widget_model_id}
    return {WIDGET_MIME: view, **data}


def _in_file(data: Mapping[str, Any]) -> int:
    """Bytes that outputs take in a notebook: it has a line for each value, and for each of text."""
    lines = {
        name: value.splitlines(keepends=True) if isinstance(value, str) else value
        for name, value in data.items()
    }
    notebook = {"cells": [{"outputs": [{"data": lines}]}]}
    return len(json.dumps(notebook, indent=1, ensure_ascii=False).encode(errors="replace"))


def _static(report: Report, of: Document) -> dict[str, Any]:
    """Everything but the live view; where there is not enough room, other viewers get less."""
    data = {
        MIME: _payload(report, of),
        HTML: as_fragment(of, live=False),
        "text/plain": as_text(report),
    }
    others = _in_file({name: value for name, value in data.items() if name != HTML})
    for html in shorter(of):
        if others + _in_file({HTML: data[HTML]}) <= LARGEST:
            return data
        data[HTML] = as_fragment(html, live=False)
    if others + _in_file({HTML: data[HTML]}) > LARGEST:
        data[MIME] = _payload(report, without_pages(of))
    return data


def _payload(report: Report, of: Document) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(report.to_json())
    if len(json.dumps(data["readings"])) > LARGEST_READINGS:
        data["readings"] = {}
    return {"version": VERSION, "report": data, "document": of.as_dict()}
