"""The messages to JupyterLab: the report as data, and the outputs of the cell."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbdoctor.report import Report
from nbdoctor.view.assistant import for_assistant
from nbdoctor.view.blocks import Chart
from nbdoctor.view.document import Document, document
from nbdoctor.view.html import as_fragment
from nbdoctor.view.html_page import fits_fragment
from nbdoctor.view.packing import packed
from nbdoctor.view.several import FitPart, light, renewed, with_rows_once
from nbdoctor.view.shortening import (
    LEFT_OUT_HERE,
    Documents,
    shorter,
    smaller,
    without_pages,
)
from nbdoctor.view.text import as_text

MIME = "application/vnd.nbdoctor.report+json"
HTML = "text/html"
TEXT = "text/plain"
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"

VERSION = 2
"""Of the message; the front end refuses a newer one. Packed it is of another (packing.py)."""

LARGEST_READINGS = 16_000
"""Bytes that the readings may take. The document says what they say, and with its pictures stored
twice (for JupyterLab, and as HTML for everything else) a notebook has to stay under 150 kB more."""


LARGEST = 148_000
"""Bytes in the notebook's file beyond which a report is shortened (shortening.py)."""

DEEPEST = 24
"""Blanks before a line of a notebook's file, one for each part that it is inside of, with the
quotation marks and comma of a line of text."""

LARGEST_FURTHER = 72_000
"""... and as many for each further fit of the same cell: its tabs with their pictures."""

LARGEST_WITH_SAMPLES = 300_000
"""The same where rows of the data are shown: 18 thumbnails, stored twice, are 230 kB at most."""


def payload(
    report: Report, charts: Mapping[str, Chart], parts: Sequence[FitPart] = ()
) -> dict[str, Any]:
    """What JupyterLab draws and stores: `version`, `report`, `document`, `evidence`; `fits`."""
    return _payload(report, document(report, charts), parts)


def bundle(
    report: Report,
    charts: Mapping[str, Chart],
    widget_model_id: str | None,
    parts: Sequence[FitPart] = (),
) -> dict[str, Any]:
    """The outputs of one report, from the liveliest to plain text.

    Parameters
    ----------
    report : Report
    charts : mapping of str to Chart
        Those that are drawn.
    widget_model_id : str or None
        Model of the live panel, None without one.
    parts : sequence of FitPart, optional
        The fits that `report` tells of, where these are several.
    """
    data = _static(report, document(report, charts), parts)
    if widget_model_id is None:
        return data
    view = {"version_major": 2, "version_minor": 0, "model_id": widget_model_id}
    return {WIDGET_MIME: view, **data}


def bytes_in_file(data: Mapping[str, Any]) -> int:
    """Bytes that outputs take in a notebook: it has a line for each value, and for each of text."""
    lines = {
        name: value.splitlines(keepends=True) if isinstance(value, str) else value
        for name, value in data.items()
    }
    notebook = {"cells": [{"outputs": [{"data": lines}]}]}
    return len(json.dumps(notebook, indent=1, ensure_ascii=False).encode(errors="replace"))


def _static(report: Report, of: Document, parts: Sequence[FitPart]) -> dict[str, Any]:
    """Everything but the live view; where there is not enough room, other viewers get less.

    First what JupyterLab alone reads is packed, and the text leaves out what is long and of little
    use. Where even less for other viewers is not enough, JupyterLab gets no manual pages, and of
    several fits not all pictures.
    """
    parts = with_rows_once(parts)
    whole = (of, *(part.document for part in parts))

    def stored(documents: Documents) -> dict[str, Any]:
        return {MIME: _payload(report, documents[0], renewed(parts, documents[1:]))}

    def shown(documents: Documents) -> dict[str, Any]:
        fits = renewed(parts, documents[1:])
        made = fits_fragment(documents[0], fits, live=False) if fits else None
        return {HTML: made or as_fragment(documents[0], live=False)}

    largest = LARGEST_WITH_SAMPLES if "Samples" in report.readings else LARGEST
    room = largest + LARGEST_FURTHER * max(len(parts) - 1, 0)
    data = stored(whole)
    all_of = {**data, **shown(whole), TEXT: as_text(report)}
    if at_most_in_file(all_of) <= room:
        return all_of
    text = {TEXT: as_text(report, lists=False)}
    data = {MIME: packed(data[MIME])}
    html = _largest([whole, *shorter(whole)], shown, room - bytes_in_file({**data, **text}))
    if bytes_in_file({**data, **html, **text}) > room:
        less = list(smaller(whole, LEFT_OUT_HERE)) if parts else [(without_pages(of),)]
        room_left = room - bytes_in_file({**html, **text})
        data = _largest(less, lambda some: {MIME: packed(stored(some)[MIME])}, room_left)
    return {**data, **html, **text}


def at_most_in_file(data: Mapping[str, Any]) -> int:
    """A bound of `bytes_in_file` that takes a tenth of its time, while training waits.

    Every value, and every line of text, begins a line of the file, with at most `DEEPEST` blanks.
    """
    compact = json.dumps(dict(data), ensure_ascii=False)
    lines = sum(map(compact.count, (",", "[", "]", "{", "}", "\\n")))
    return len(compact.encode(errors="replace")) + DEEPEST * lines


def _largest(
    documents: Sequence[Documents], make: Callable[[Documents], dict[str, Any]], room: int
) -> dict[str, Any]:
    """Of ever shorter documents the first whose outputs have room, else the shortest."""
    first, last = 0, len(documents) - 1
    while first < last:  # by halves: each is drawn anew
        middle = (first + last) // 2
        if bytes_in_file(make(documents[middle])) <= room:
            last = middle
        else:
            first = middle + 1
    return make(documents[first])


def _payload(report: Report, of: Document, parts: Sequence[FitPart]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(report.to_json())
    if len(json.dumps(data["readings"])) > LARGEST_READINGS:
        data["readings"] = {}
    evidence = for_assistant(report) if report.is_over else ""
    found = {"version": VERSION, "report": data, "document": of.as_dict(), "evidence": evidence}
    return {**found, "fits": [_fit(part) for part in parts]} if parts else found


def _fit(part: FitPart) -> dict[str, Any]:
    """One of several fits; what to do about its findings stands in the report of all."""
    report = replace(
        part.report,
        findings=tuple(replace(one, treatments=()) for one in part.report.findings),
        fix=None,
        held=(),  # the document names them, too
        not_run=tuple(one for one in part.report.not_run if one.kind != "does not apply"),
        readings={},
        source="",
    )
    return {
        "number": part.number,
        "title": part.title,
        "report": report.as_dict(),
        "document": light(part.document).as_dict(),
    }
