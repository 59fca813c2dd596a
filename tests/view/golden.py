"""Writes the golden files of tests/wire: `python -m tests.view.golden`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbdoctor.report import Report
from nbdoctor.report.several import Reports
from nbdoctor.view import several
from nbdoctor.view.gauges import charts
from nbdoctor.view.markdown import as_markdown, several_as_markdown
from nbdoctor.view.packing import packed
from nbdoctor.view.wire import payload
from tests.view import patients

FOLDER = Path(__file__).parents[1] / "wire"

PATIENTS = {"report": patients.sick, "healthy": patients.healthy, "training": patients.training}


def message(report: Report) -> dict[str, Any]:
    """The message of a report, with the same small picture and page everywhere.

    Coordinates are matplotlib's and change from one of its versions to the next, and pages
    belong to the rules: neither may make a message differ from its file.
    """
    drawn = charts(report)[0] if report.is_over else {}  # no chart is drawn while a model trains
    return _with_one_picture(payload(report, drawn))


def message_of_fits(reports: Reports) -> dict[str, Any]:
    """The message of several fits, likewise."""
    drawn = [charts(report)[0] for report in reports]
    parts = several.parts(reports, reports.merged, drawn)
    return _with_one_picture(payload(reports.merged, {}, parts))


def _with_one_picture(data: dict[str, Any]) -> dict[str, Any]:
    documents = [data["document"], *(fit["document"] for fit in data.get("fits", ()))]
    for block in (block for of in documents for one in of["sections"] for block in one["blocks"]):
        match block["kind"]:
            case "chart":
                block["svg"] = SVG
            case "finding":
                block["page"] = block["page"] and PAGE
    return data


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 60" width="560" role="img" '
    'fill="currentColor"><title>A chart</title><desc>One dot.</desc>'
    '<g><title>dense_0: 0.5</title><circle cx="98.3" cy="17" r="3.5" fill="#d9484f" /></g></svg>'
)


PAGE = "Gradients that shrink.\n\n## What it means\nThe first layers do not learn."


def written(data: dict[str, Any]) -> str:
    """A message as the text of its file."""
    return f"{json.dumps(data, indent=1, ensure_ascii=False)}\n"


def files() -> Iterator[tuple[str, str]]:
    """Every golden file with its text: the messages, and the reports as Markdown.

    JupyterLab writes that Markdown itself, out of the message, so that it needs no kernel.
    """
    for name, patient in PATIENTS.items():
        yield f"{name}.json", written(message(patient()))
        yield f"{name}.md", as_markdown(patient())
    yield "packed.json", written(packed(message(patients.sick())))
    yield "folds.json", written(message_of_fits(patients.folds()))
    yield "folds.md", several_as_markdown(patients.folds())


if __name__ == "__main__":
    for name, text in files():
        (FOLDER / name).write_text(text, encoding="utf-8")
