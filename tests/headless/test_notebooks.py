"""Notebooks, checked: what is found, where, and that the files stay as they are."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from nbdoctor.headless.notebooks import Checking, check_notebook
from nbdoctor.report.checked import Checked
from tests.headless.books import NOTEBOOKS, written
from tests.headless.conftest import State, state


def rules_of(checked: Checked) -> list[str]:
    return [one.finding.rule for one in checked.problems]


def outcomes(checked: Checked) -> list[str]:
    return [cell.outcome for cell in checked.cells]


def test_no_file_is_changed(checked: Mapping[str, Checked], states: Mapping[Path, State]) -> None:
    assert len(checked) == len(states) == 4
    assert {path: state(path) for path in states} == states


def test_the_fault_is_found_on_its_line(checked: Mapping[str, Checked], folder: Path) -> None:
    faulty = checked["faulty"]
    assert faulty.stop is None
    assert faulty.trainings == 1
    assert "softmax-on-one-unit" in rules_of(faulty)
    place = next(one.place for one in faulty.problems if one.finding.rule == "softmax-on-one-unit")
    assert (place.cell, place.cell_line, place.cell_id) == (3, 4, "cell-2")
    assert "softmax" in place.text
    rows = (folder / "faulty.ipynb").read_text(encoding="utf-8").split("\n")
    assert json.loads(rows[place.line - 1].strip().rstrip(",")).strip() == place.text.strip()


def test_the_report_is_of_the_cell_as_it_stands(checked: Mapping[str, Checked]) -> None:
    cell = next(one for one in checked["faulty"].cells if one.place.cell == 3)
    (report,) = cell.reports
    assert report.source == NOTEBOOKS["faulty"][2]
    assert report.faults == ()


def test_nothing_is_found_in_the_fine_one(checked: Mapping[str, Checked]) -> None:
    fine = checked["fine"]
    assert (fine.stop, fine.problems, fine.trainings) == (None, (), 1)


def test_a_training_is_cut_short_and_predictions_are_whole(checked: Mapping[str, Checked]) -> None:
    faulty = checked["faulty"]
    assert outcomes(faulty) == ["ran"] * 3  # the last cell counts the predictions
    (report,) = faulty.cells[1].reports
    assert any("cut short" in note for note in report.notes)
    assert not {"History", "Trained"} & set(report.readings)


def test_an_error_names_its_cell_and_line(checked: Mapping[str, Checked]) -> None:
    raises = checked["raises"]
    assert raises.stop is not None
    assert raises.stop.says == "KeyError: 'length'."
    assert (raises.stop.place.cell, raises.stop.place.cell_line) == (3, 4)
    assert outcomes(raises) == ["ran", "stopped", "not run"]


def test_a_timeout_names_its_cell_and_line(checked: Mapping[str, Checked]) -> None:
    stop = checked["times_out"].stop
    assert stop is not None
    assert "not ended after 1 s" in stop.says
    assert (stop.place.cell, stop.place.cell_line) == (2, 4)


MIXED = {
    "# Text": "",
    "import sys\nsys.argv": "skip-execution",
    "raise ValueError('as the text says')": "raises-exception",
    "%%diagnose --only dead-units\nleft = 1": "",
    "%%bash\ntrue": "",
    "name = input('Who? ')": "",
    "print('never')": "",
}
"""Cells by their text, with a tag."""


def test_tags_magics_and_a_question(tmp_path: Path) -> None:
    tags = {number: tag for number, tag in enumerate(MIXED.values(), start=1) if tag}
    path = written(tmp_path / "mixed.ipynb", *MIXED, tags=tags)
    before = state(path)
    mixed = check_notebook(path, "mixed.ipynb", Checking(execute_to=tmp_path / "out"))
    assert outcomes(mixed) == ["skipped", "raised", "ran", "ran", "stopped", "not run"]
    assert mixed.cells[1].why == "ValueError: as the text says"
    assert mixed.stop is not None
    assert "asks for input" in mixed.stop.says
    assert "skip-execution" in mixed.stop.says
    assert state(path) == before
    executed = json.loads((tmp_path / "out" / "mixed.ipynb").read_text(encoding="utf-8"))
    assert [cell["source"] for cell in executed["cells"]] == [
        source.splitlines(keepends=True) for source in MIXED
    ]
    assert executed["cells"][2]["outputs"][0]["ename"] == "ValueError"


R = {"kernelspec": {"name": "ir", "display_name": "R 4.4", "language": "R"}}


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        ('{"cells": [\n 1,\n', "not valid JSON from line 3 on", 3),
        ('["cells"]', "not a Jupyter notebook", 1),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "not a Jupyter", 1),
        ("\udcff", "no text in UTF-8", 1),
        (json.dumps({"cells": [], "metadata": R, "nbformat": 4, "nbformat_minor": 5}), "R 4.4", 1),
        (None, "There is no `bad.ipynb`", 1),
    ],
)
def test_bad_files_are_told(text: str | None, says: str, line: int, tmp_path: Path) -> None:
    path = tmp_path / "bad.ipynb"
    if text is not None:
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
    checked = check_notebook(path, "bad.ipynb", Checking())
    assert checked.stop is not None
    assert says in checked.stop.says
    assert checked.stop.place.line == line


def test_the_words_for_the_kernel() -> None:
    how = Checking(only=("dead-units",), ignore=("a", "b"), settings="dead-units.rows=3")
    assert how.line() == "--no-trials --only dead-units --ignore a,b --set dead-units.rows=3"
    assert replace(how, look=True, trials=True, only=(), ignore=(), settings="").line() == (
        "--dry-run"
    )
    assert how.cut
    assert not replace(how, full=True).cut
    assert not replace(how, look=True).cut


def test_what_is_needed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.ipynb", "# Text", "a = 1")
    for missing in ("nbclient", "nbformat"):
        monkeypatch.setitem(sys.modules, missing, None)
        stop = check_notebook(path, "a.ipynb", Checking()).stop
        assert stop is not None
        assert 'pip install "nbdoctor[ci]"' in stop.says
