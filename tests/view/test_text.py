from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from nbdoctor.report import Report
from nbdoctor.view.text import as_markdown, as_text
from tests.view import patients
from tests.view.random_pictures import random_pictures

PATIENTS = [patients.sick, patients.healthy, random_pictures, patients.bare, patients.vast]


@pytest.mark.parametrize("patient", PATIENTS)
def test_text_fits_a_terminal(patient: Callable[[], Report]) -> None:
    assert max(map(len, as_text(patient()).splitlines())) <= 80


def test_text_is_complete_without_any_other_view() -> None:
    text = as_text(patients.sick())
    for words in (
        "Critical: The first layers of this model do not learn",
        "first over last: 3.1e-5; expected above 1e-4",
        '+model = build_model(hidden="relu", depth=8)',
        "Consequence:",
        "from `fit` to the first findings".replace("`", ""),
        "checksum 1a2b3c",
    ):
        assert words in text


def test_text_promises_no_charts() -> None:
    assert "Charts follow" not in as_text(random_pictures())
    assert "Charts follow" not in as_markdown(random_pictures())


def test_a_table_that_is_too_wide_gives_way_at_its_widest_column() -> None:
    text = as_text(patients.sick())
    assert "sparse_categor" in text
    assert "0.051 to 0.183" in text


def test_markdown_cannot_be_broken_out_of() -> None:
    text = as_markdown(patients.hostile())
    assert "## \\<script\\>" in text
    assert text.count("<details>") == text.count("</details>") == 9


BAD = (
    "</summary><script>hit()</script>\u202e`\n\n# h\n\n"
    "- [x](javascript:hit()) https://e.org ``` a | b"
)


def test_markdown_escapes_every_word_of_a_finding() -> None:
    sick = patients.sick()
    words = {"rule": BAD, "title": BAD, "says": BAD}
    cures = [replace(cure, title=BAD, text=BAD, diff="") for cure in sick.findings[0].treatments]
    finding = replace(sick.findings[0], **words, treatments=tuple(cures))
    text = as_markdown(replace(sick, headline=BAD, findings=(finding,)))
    ours = re.sub(r"^<details><summary>\w+</summary>$|^</details>$", "", text, flags=re.MULTILINE)
    left = re.sub(r"`[^`\n]*`|\\[\\`*_<>\[\]&~|#=.+-]", "", ours)
    assert not re.search("[<>\\[\\]`\u202e]|://", left)
    assert not re.search("^(# |- \\[)", left, flags=re.MULTILINE)


@pytest.mark.parametrize("text", ["`", "``", "`a``b`", "``a`", "a`` `<b>`", "`<b>", "`a\n\n<b>`"])
def test_backticks_of_any_number_end_no_code_that_others_began(text: str) -> None:
    headline = as_markdown(replace(patients.sick(), headline=text)).split("\n\n")[0]
    left = re.sub(r"`[^`]+`(?:`[^`]+`)*|\\[<>]", "", headline)
    assert not re.search("[<>`]", left)


def test_a_report_prints_itself() -> None:
    assert str(patients.bare()).startswith("Not enough could be examined")
    assert patients.bare().to_markdown().startswith("## This model could not be examined")
    assert patients.sick().to_html().startswith("<!doctype html>")
