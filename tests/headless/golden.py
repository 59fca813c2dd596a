"""Writes the golden files of tests/headless/goldens: `python -m tests.headless.golden`."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from nbdoctor.report import Report
from nbdoctor.report.checked import Checked, CheckedCell, Problem
from nbdoctor.view.checks import FORMATS
from tests.headless.books import check_books, write_books

FOLDER = Path(__file__).with_name("goldens")

ENDS = {"text": "txt", "json": "json", "sarif": "sarif", "junit": "xml", "markdown": "md"}
"""How the files of a format are called; others end with its name."""

MEASURED = re.compile(r"\d+\.\d+")
"""Numbers that differ from machine to machine."""


def file_of(name: str, form: str) -> Path:
    return FOLDER / f"{name}.{ENDS.get(form, form)}"


def text_of(checked: Checked, form: str) -> str:
    text = FORMATS[form]([settled(checked)], "critical")
    return _without_pages(text) if form == "sarif" else text


def _without_pages(text: str) -> str:
    """Pages belong to the rules, and change with them."""
    log = json.loads(text)
    for rule in log["runs"][0]["tool"]["driver"]["rules"]:
        rule["help"]["markdown"] = "..."
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def settled(checked: Checked) -> Checked:
    """What does not differ from run to run: no times, and of reports what the formats tell."""
    return replace(
        checked,
        seconds=0.0,
        cells=tuple(map(_cell, checked.cells)),
        problems=tuple(map(_problem, checked.problems)),
    )


def _cell(cell: CheckedCell) -> CheckedCell:
    reports = tuple(
        Report(headline=one.headline, verdict=one.verdict, call=one.call) for one in cell.reports
    )
    return replace(cell, seconds=0.0, reports=reports)


def _problem(problem: Problem) -> Problem:
    finding = problem.finding
    says = MEASURED.sub("#", finding.says)
    return replace(problem, finding=replace(finding, says=says, measured={}, expected={}))


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write_books(Path(folder))
        for name, checked in check_books(Path(folder)).items():
            for form in FORMATS:
                file_of(name, form).write_text(text_of(checked, form), encoding="utf-8")


if __name__ == "__main__":
    write()
