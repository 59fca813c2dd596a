from __future__ import annotations

from dataclasses import replace

import pytest

from nbdoctor.readings.answers import Answers, Calibration, OfClass, WorstRow
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.class_names import ClassNames
from nbdoctor.report import Diagnosis, Report, Where
from nbdoctor.view.blocks import Card, Table
from nbdoctor.view.document import document
from nbdoctor.view.gauges import charts
from nbdoctor.view.tabs.predictions import calibration

ANSWERS = Answers(
    output="kind",
    kind="classes",
    answers=10,
    right=0.7,
    classes=(OfClass(label=0, rows=6, right=5, precision=0.8), OfClass(label=1, rows=4, right=2)),
    more=3,
    matrix=((5, 1, 0, 0), (1, 2, 0, 1), (0, 0, 0, 0)),
    nameless=True,
    worst=(WorstRow(row=4, loss=2.5, truth=1, predicted=None),),
)


def report(*answers: Answers, **more: object) -> Report:
    attained = Attained(kind="classes", score=0.4, rows=10, held_out=True, answers=answers)
    return Report(headline="h", verdict="note", readings={"Attained": attained, **more})


def blocks(of: Report) -> tuple[object, ...]:
    drawn = document(of, charts(of)[0]).sections
    return next(one.blocks for one in drawn if one.title == "Predictions")


def test_classes_have_the_names_of_their_dataset() -> None:
    named = report(ANSWERS, ClassNames=ClassNames(training=("cat", "dog", "cow", "pig", "hen")))
    tables = [one for one in blocks(named) if isinstance(one, Table)]
    matrix, classes, worst = tables
    assert matrix.header == ("true", "cat", "dog", "3 others", "no class")
    assert classes.rows[1] == ("dog", "4", "none predicted", "0.50")
    assert worst.rows == (("4", "dog", "no class", "2.50"),)


def test_each_output_says_what_it_is_or_why_not() -> None:
    why_not = Answers(output="z", why_not="all labels are the same")
    said = str(blocks(report(ANSWERS, why_not)))
    assert "Output `kind`: 70 % of 10 rows are predicted right." in said
    assert "Output `z`: not compared with its labels: all labels are the same." in said


@pytest.mark.parametrize(
    ("error", "sure", "words"),
    [
        (0.03, 0.8, "hardly further apart than by chance"),
        (0.2, 0.9, "too sure"),
        (0.2, 0.5, "less sure"),
    ],
)
def test_calibration_is_one_line(error: float, sure: float, words: str) -> None:
    of = Calibration(error=error, by_chance=0.02, sure=sure, right=0.7, bins=10)
    assert words in calibration(of)


@pytest.mark.parametrize(
    ("rule", "answers", "points"),
    [
        ("overfit-to-training", (ANSWERS,), True),
        ("unscaled-inputs", (ANSWERS,), False),
        ("overfit-to-training", (), False),
    ],
)
def test_a_finding_about_predictions_points_to_them(
    rule: str, answers: tuple[Answers, ...], points: bool
) -> None:
    finding = Diagnosis(
        rule=rule, severity="note", kind="hint", title="t", says="It is so.", where=Where()
    )
    drawn = document(replace(report(*answers), findings=(finding,)), {})
    (card,) = (one for one in drawn.sections[0].blocks if isinstance(one, Card))
    assert card.says == "It is so."
    assert card.words.endswith(" See the Predictions tab.") is points
    (tab,) = (one for one in drawn.sections if one.title == "Predictions")
    assert [one.anchor for one in card.see] == ([tab.blocks[0].anchor] if points else [])
