import json
import os
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.notebook.delivery import Delivery, delivery, refuse_harm
from nbdoctor.report import Report

REPORT = Report(headline="Nothing could be examined", verdict="unknown")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(**given: str | None) -> Delivery:
    return delivery(Namespace(**({"output": None, "json": None, "html": None} | given)))


def deliver(wanted: Delivery, *reports: Report, names: dict[str, Any] | None = None) -> list[str]:
    return list(wanted.deliver(reports or (REPORT,), {} if names is None else names))


def test_reports_go_where_they_are_asked_to(folder: Path) -> None:
    wanted, names = asked(output="report", json="r.json", html="r.html"), dict[str, Any]()
    refuse_harm(wanted, names)
    assert not list(wanted.obstacles())
    assert not deliver(wanted, names=names)
    assert names["report"] is REPORT
    assert Report.from_json((folder / "r.json").read_text(encoding="utf-8")) == REPORT
    assert REPORT.headline in (folder / "r.html").read_text(encoding="utf-8")


def test_earlier_reports_are_replaced(folder: Path) -> None:
    wanted, names = asked(output="report", json="r.json", html="r.html"), dict[str, Any]()
    assert not deliver(wanted, REPORT, REPORT, names=names)
    assert names["report"] == (REPORT, REPORT)
    refuse_harm(wanted, names)
    later = replace(REPORT, headline="Another")
    assert not deliver(wanted, later, later, names=names)
    for name in ("r.json", "r-2.json", "r.html", "r-2.html"):
        assert "Another" in (folder / name).read_text(encoding="utf-8")


def test_files_are_those_of_the_folder_where_the_cell_began(folder: Path) -> None:
    wanted = asked(json="r.json")
    (folder / "elsewhere").mkdir()
    os.chdir("elsewhere")
    assert not deliver(wanted)
    assert (folder / "r.json").is_file()


THEIRS = {
    "work.ipynb": '{"cells": [], "nbformat": 4, "metadata": {}}',
    "model.py": "import keras\n",
    "page.html": "<!doctype html><html><body>mine</body></html>",
    "news.json": '{"headline": "Rain", "version": 1}',
    "list.json": "[1, 2]",
    "deep.json": "[" * 100_000,
    "bytes.bin": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("option", ["json", "html"])
@pytest.mark.parametrize("name", THEIRS)
def test_nothing_of_the_users_is_overwritten(folder: Path, name: str, option: str) -> None:
    content = THEIRS[name]
    content = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(content)
    (folder / "link").symlink_to(name)
    for path in (name, "link"):
        wanted = asked(**{option: path})
        with pytest.raises(ValueError, match=r"would replace a file .* The cell was not run"):
            refuse_harm(wanted, {})
        (said,) = deliver(wanted)  # the cell has made it
        assert "was not written" in said
    assert (folder / name).read_bytes() == content


def test_a_report_of_one_form_is_not_replaced_by_the_other() -> None:
    assert not deliver(asked(json="page", html="other"))
    with pytest.raises(ValueError, match="would replace"):
        refuse_harm(asked(html="page"), {})
    (said,) = deliver(asked(json="page", html="page-2"), REPORT, REPORT)
    assert "page-2" in said


def test_an_empty_file_may_be_filled(folder: Path) -> None:
    (folder / "r.json").touch()
    refuse_harm(asked(json="r.json"), {})
    assert not deliver(asked(json="r.json"))
    assert (folder / "r.json").stat().st_size


@pytest.mark.parametrize("other", ["r.json", "./r.json", "sub/../r.json", "link"])
def test_two_reports_do_not_go_into_one_file(folder: Path, other: str) -> None:
    (folder / "sub").mkdir()
    (folder / "link").symlink_to("r.json")
    with pytest.raises(ValueError, match="name one file"):
        refuse_harm(asked(json="r.json", html=other), {})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("taken", "that is a folder"),
        ("nowhere/r.json", "there is no folder"),
        ("file/r.json", "there is no folder"),
        ("pipe", "not an ordinary file"),
        ("n" * 300, "not a file name"),
        ("zero\0", "not a file name"),
        ("half\ud800", ""),
    ],
)
def test_what_cannot_be_written_costs_nothing(folder: Path, name: str, why: str) -> None:
    (folder / "taken").mkdir()
    (folder / "file").touch()
    os.mkfifo(folder / "pipe")
    wanted = asked(output="report", json=name)
    refuse_harm(wanted, {})
    if why:
        (said,) = wanted.obstacles()
        assert why in said
        assert "The cell runs all the same" in said
    names: dict[str, Any] = {}
    said_after = deliver(wanted, names=names)
    if name != "half\ud800":
        assert "The report was not written" in said_after[0]
    assert names["report"] is REPORT


def test_a_folder_that_the_cell_makes_is_there_in_the_end(folder: Path) -> None:
    wanted = asked(json="made/r.json")
    assert list(wanted.obstacles())
    (folder / "made").mkdir()
    assert not deliver(wanted)


def test_a_fault_of_ours_keeps_no_other_report_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Report, "to_json", lambda _: {}["fault"])
    (said,) = deliver(asked(json="r.json", html="r.html"))
    assert "was not written" in said
    assert "KeyError: 'fault'" in said
    assert (folder / "r.html").is_file()
    assert not (folder / "r.json").exists()


def test_half_characters_are_written(folder: Path) -> None:
    odd = replace(REPORT, headline="\ud800model")
    assert not deliver(asked(json="r.json", html="r.html"), odd)
    assert json.loads((folder / "r.json").read_text(encoding="utf-8"))["headline"] == "\ud800model"
    assert "\ufffdmodel" in (folder / "r.html").read_text(encoding="utf-8")


class Stranger:
    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("1-x", "not a name"),
        ("not a name", "not a name"),
        ("x.y", "not a name"),
        ("lambda", "not a name"),
        ("None", "not a name"),
        ("list", "built-in name of Python"),
        ("print", "built-in name of Python"),
        ("__name__", "built-in name of Python"),
        ("x", r"already holds something \(`ndarray`\)"),
        ("nothing", r"`NoneType`"),
        ("empty", r"`tuple`"),
        ("mixed", r"`tuple`"),
        ("odd", r"`Stranger`"),
        ("model", "the cell itself sets"),
    ],
)
def test_no_variable_is_lost(name: str, why: str) -> None:
    import numpy as np

    names = {"x": np.zeros(1), "nothing": None, "empty": (), "mixed": (REPORT, 1)}
    names |= {"odd": Stranger()}
    with pytest.raises(ValueError, match=f"{why}.*The cell was not run"):
        refuse_harm(asked(output=name), names, Cell("model = 1\nmodel.fit(x)"))


@pytest.mark.parametrize("before", [{}, {"report": REPORT}, {"report": (REPORT, REPORT)}])
def test_a_free_name_is_taken(before: dict[str, Any]) -> None:
    refuse_harm(asked(output="report"), before, Cell("model.fit(x)"))


def test_a_variable_that_the_cell_made_otherwise_stays() -> None:
    names: dict[str, Any] = {"report": "theirs"}
    (said,) = deliver(asked(output="report"), names=names)
    assert names == {"report": "theirs"}
    assert "was not put into `report`" in said


def test_a_device_is_written_to() -> None:
    wanted = asked(json=os.devnull)
    refuse_harm(wanted, {})
    assert not list(wanted.obstacles())
    assert not deliver(wanted)
