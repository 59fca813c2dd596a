"""What is said of several fits of a cell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbdoctor.report import FitSummary, Report
from nbdoctor.report.merging import merged
from nbdoctor.view.blocks import Card, Items, Table
from nbdoctor.view.document import document
from nbdoctor.view.fit_words import name_of, told
from nbdoctor.view.fits import MOST_SHOWN, table
from nbdoctor.view.several import listed, parts
from tests.view import patients


def three_models() -> Report:
    """Two healthy ones, and one that is sick, on lines of their own."""
    fits = tuple(
        FitSummary(number=number, line=line, model=name, epochs=2, loss=0.5)
        for number, (line, name) in enumerate(((3, "a"), (6, "b"), (9, "c")), start=1)
    )
    reports = [replace(patients.healthy(), number=n) for n in (1, 2)]
    return merged([*reports, replace(patients.sick(), number=3)], fits)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((2,), "fit 2"),
        ((1, 3), "fits 1 and 3"),
        ((1, 2), "fits 1 and 2"),
        ((1, 2, 3), "fits 1 to 3"),
        ((3, 1, 4), "fits 1, 3 and 4"),
    ],
)
def test_numbers_of_fits_are_told_in_words(numbers: tuple[int, ...], expected: str) -> None:
    assert told(numbers, "fit") == expected


def test_a_fit_is_called_by_its_number_and_its_place() -> None:
    named = FitSummary(number=2, line=12, model="net")
    assert name_of(named, 5) == "Fit 2 of 5, line 12, model `net`"
    assert name_of(FitSummary(number=1), 2) == "Fit 1 of 2"


def test_what_all_fits_share_stands_in_the_caption_of_the_table() -> None:
    assert table(patients.folds().merged) == Table(
        caption="5 folds, line 4, model `model`",
        header=(
            "Fold",
            "Epochs",
            "Last loss",
            "Validation loss",
            "Score / simple models",
            "Findings",
        ),
        rows=(
            ("1", "3", "2.21", "2.30", "0.02 / 0.95", "1 critical, 1 warning"),
            ("2", "3", "2.11", "2.30", "0.04 / 0.95", "1 critical, 1 warning"),
            ("3", "3", "2.01", "2.30", "0.06 / 0.95", "none"),
            ("4", "3", "1.91", "2.30", "", "not examined"),
            ("5", "3", "1.81", "2.30", "", "not examined"),
        ),
    )


def test_several_models_have_names_and_lines_and_nothing_that_is_not_known() -> None:
    made = table(three_models())
    assert made.caption == "3 fits"
    assert made.header == ("Fit", "Model", "Line", "Epochs", "Last loss", "Findings")
    assert made.rows[2][:3] == ("3", "`c`", "9")


def test_many_rows_are_folded() -> None:
    fits = tuple(FitSummary(number=n) for n in range(1, MOST_SHOWN + 2))
    assert table(replace(three_models(), fits=fits)).folded


def test_the_headline_names_the_worst_and_its_fits() -> None:
    of = document(patients.folds().merged, {})
    assert of.headline == "Gradients vanish before they reach the first layers, in folds 1 and 2"
    assert of.summary.startswith("5 folds, 3 of them examined · 1 critical, 1 warning, 1 conse")
    assert [section.title for section in of.sections] == ["Findings"]
    assert "No training was touched" in of.footer
    assert document(three_models(), {}).headline.endswith(", in fit 3")


def test_healthy_fits_get_one_calm_line() -> None:
    fits = [FitSummary(number=n) for n in (1, 2)]
    of = document(merged([replace(patients.healthy(), number=n) for n in (1, 2)], fits), {})
    assert of.headline == "No problem found in 2 fits"
    assert of.verdict == "healthy"
    left = replace(patients.folds().merged, verdict="healthy", findings=())
    assert document(left, {}).headline == "No problem found in 3 of 5 folds"


def test_fits_that_were_examined_in_part_are_not_called_healthy() -> None:
    left = replace(patients.folds().merged, verdict="unknown", findings=())
    of = document(left, {})
    assert of.headline == "Nothing found in what could be examined of 3 of 5 folds"
    assert of.verdict_word == "No finding"


def test_each_fit_has_its_own_numbers_and_the_cards_those_of_all() -> None:
    reports = patients.folds()
    first, second, third = parts(reports, reports.merged)
    cards = [one for one in second.document.sections[0].blocks if isinstance(one, Card)]
    assert [card.number for card in cards] == [0, 1]
    assert "29,841" in cards[0].says
    assert cards[0].fits == ""
    assert third.document.verdict == "healthy"
    assert first.title == "Fold 1 of 5, line 4, model `model`"


def test_in_a_list_of_fits_findings_are_sentences() -> None:
    reports = patients.folds()
    first, *_ = parts(reports, reports.merged)
    blocks = listed(first.document).sections[0].blocks
    (items,) = (block for block in blocks if isinstance(block, Items))
    assert len(items.items) == 3
    assert items.items[0].startswith("Critical: Gradients vanish before they reach the first")
    assert not any(isinstance(block, Card) for block in blocks)
