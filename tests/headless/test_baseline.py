from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from nbdoctor.headless.baseline import marked, read_baseline, write_baseline
from nbdoctor.headless.problems import problems_of
from nbdoctor.headless.reading import read_notebook
from nbdoctor.headless.selection import UsageError
from nbdoctor.report import Diagnosis, Report, Where
from nbdoctor.report.checked import Checked, Problem
from tests.headless.books import NOTEBOOKS, written


def report(*lines: int, layer: str = "") -> Report:
    findings = tuple(
        Diagnosis(
            rule="dead-units",
            severity="critical",
            kind="proof",
            title=f"Title {number}",
            says="Says",
            where=Where(line=line, layer=layer),
        )
        for number, line in enumerate(lines)
    )
    return Report(headline="", verdict="critical", findings=findings)


def found(path: Path, number: int, *reports: Report) -> tuple[Problem, ...]:
    notebook = read_notebook(path, "book.ipynb")
    return problems_of(lambda line: notebook.place(number, line), reports, ())


def made(*problems: Problem, path: str = "book.ipynb") -> Checked:
    return Checked(path=path, problems=problems)


def test_a_fingerprint_survives_cells_above(tmp_path: Path) -> None:
    sources = NOTEBOOKS["faulty"]
    path = written(tmp_path / "book.ipynb", *sources)
    before = found(path, 3, report(4, 7))
    written(path, sources[0], "new = 1\nmore = 2", *sources[1:])
    after = found(path, 4, report(4, 7))
    assert [one.fingerprint for one in before] == [one.fingerprint for one in after]
    assert [one.place.line for one in before] != [one.place.line for one in after]


def test_a_fingerprint_survives_lines_above_in_its_cell(tmp_path: Path) -> None:
    before = found(written(tmp_path / "a.ipynb", "", "a = 1\nb = 2"), 2, report(2))
    after = found(written(tmp_path / "a.ipynb", "", "# more\na = 1\n  b = 2"), 2, report(3))
    assert before[0].fingerprint == after[0].fingerprint


def test_other_lines_layers_and_rules_have_others(tmp_path: Path) -> None:
    path = written(tmp_path / "a.ipynb", "", "a = 1\nb = 2")
    one, other = found(path, 2, report(1, 2))
    (layered,) = found(path, 2, report(1, layer="dense"))
    assert len({one.fingerprint, other.fingerprint, layered.fingerprint}) == 3


def test_equal_lines_are_numbered(tmp_path: Path) -> None:
    path = written(tmp_path / "a.ipynb", "", "fit()\nfit()")
    first, second = found(path, 2, report(1, 2))
    assert first.fingerprint != second.fingerprint
    assert found(path, 2, report(1))[0].fingerprint == first.fingerprint


def test_what_several_trainings_tell_is_told_once(tmp_path: Path) -> None:
    path = written(tmp_path / "a.ipynb", "", "fit()")
    assert len(found(path, 2, report(1), report(1))) == 1


def test_known_findings_fail_nothing(tmp_path: Path) -> None:
    path, file = written(tmp_path / "a.ipynb", "", "a = 1\nb = 2"), tmp_path / "known.json"
    first, second = found(path, 2, report(1, 2))
    write_baseline(file, [made(first)])
    both = marked(made(first, second), read_baseline(file))
    assert [one.known for one in both.problems] == [True, False]
    assert both.at_least("note") == (both.problems[1],)


def test_files_that_were_not_checked_now_are_kept(tmp_path: Path) -> None:
    path, file = written(tmp_path / "a.ipynb", "", "a = 1\nb = 2"), tmp_path / "known.json"
    first, second = found(path, 2, report(1, 2))
    write_baseline(file, [made(first, path="one.ipynb")])
    write_baseline(file, [made(second, path="two.ipynb")])
    assert read_baseline(file) == {first.fingerprint, second.fingerprint}
    write_baseline(file, [made(path="one.ipynb")])
    assert read_baseline(file) == {second.fingerprint}


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"findings": [{"rule": "a"}]}'])
def test_another_file_is_not_replaced(text: str, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="not a baseline"):
        write_baseline(file, [])
    assert file.read_text(encoding="utf-8") == text


def test_a_missing_baseline_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--write-baseline"):
        read_baseline(tmp_path / "missing.json")


def test_the_check_of_a_notebook_can_be_read_back(
    checked: Mapping[str, Checked], tmp_path: Path
) -> None:
    file, faulty = tmp_path / "known.json", checked["faulty"]
    write_baseline(file, [faulty])
    data = json.loads(file.read_text(encoding="utf-8"))
    assert {one["path"] for one in data["findings"]} == {faulty.path}
    assert marked(faulty, read_baseline(file)).at_least("note") == ()
    assert replace(faulty, problems=()).at_least("note") == ()
