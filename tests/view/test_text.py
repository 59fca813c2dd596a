from __future__ import annotations

from collections.abc import Callable

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
        "from `fit` to the first judgement".replace("`", ""),
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
    assert text.count("<details>") == text.count("</details>") == 7


def test_a_report_prints_itself() -> None:
    assert str(patients.bare()).startswith("Not enough could be examined")
    assert patients.bare().to_markdown().startswith("## This model could not be examined")
    assert patients.sick().to_html().startswith("<!doctype html>")
