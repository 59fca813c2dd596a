import json
from dataclasses import replace
from pathlib import Path

import pytest

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.tried_parts import PartRun, TriedParts
from nbdoctor.report import Diagnosis, Fault, NotRun, Report
from nbdoctor.rules.rule import Where
from nbdoctor.view.assistant import LARGEST, for_assistant
from tests.view import patients

LONG = "lange Wörter 🙂 `und` Zeichen " * 40


def worst() -> Report:
    """More of everything than a report ever has."""
    one = patients.sick().findings[0]
    wide = replace(
        one,
        title=LONG,
        says=LONG,
        where=Where(layer=LONG, variable=LONG, column=LONG, line=2),
        measured={f"{at} {LONG}": LONG for at in range(30)},
        expected={f"{at} {LONG}": LONG for at in range(30)},
        treatments=one.treatments * 9,
    )
    base = patients.sick()
    assert base.fix is not None
    return replace(
        base,
        headline=LONG,
        model=LONG,
        call=LONG,
        device=LONG,
        source=f"{LONG}\n{LONG}",
        findings=(wide,) * 40,
        fix=replace(base.fix, treatment=replace(base.fix.treatment, diff=LONG, title=LONG)),
        not_run=tuple(NotRun(rule=f"{at}-{LONG}", reason=LONG) for at in range(60)),
        faults=tuple(Fault(part=LONG, message=LONG) for _ in range(9)),
        readings={
            **base.readings,
            "TriedParts": TriedParts(
                outcome="part",
                blamed=("loss",),
                runs=(PartRun(("loss",), 0, 0.9, (0.9,), 400, 1.0, ""),) * 90,
            ),
        },
    )


@pytest.mark.parametrize(
    "report",
    [worst(), patients.vast(), patients.hostile(), patients.sick(), patients.bare()],
    ids=["worst", "vast", "hostile", "sick", "bare"],
)
def test_it_has_less_than_four_kilobytes(report: Report) -> None:
    assert len(for_assistant(report).encode()) <= LARGEST == 4_000


def test_what_has_no_room_is_counted() -> None:
    assert "Left out for lack of room: " in for_assistant(worst())
    assert "Left out" not in for_assistant(patients.sick())


def test_stored_reports_are_small() -> None:
    for path in (Path(__file__).parents[1] / "report" / "versions").glob("*.json"):
        assert len(Report.from_json(path.read_text("utf-8")).for_assistant().encode()) < LARGEST


def test_measurements_are_told_beside_what_was_expected() -> None:
    text = patients.sick().for_assistant()
    assert "- first over last: 3.1e-5 (expected above 1e-4)" in text
    assert 'Line 2: `model = build_model(hidden="sigmoid", depth=8)`' in text
    assert "- consequence of `vanishing-gradient`" in text
    assert "loss 2.33 → 2.30" in text


def test_no_advice_is_told() -> None:
    report = patients.sick()
    text = report.for_assistant()
    for finding in report.findings:
        assert finding.says not in text
        assert all(one.text not in text for one in finding.treatments)


def test_a_fix_is_told_with_what_came_of_it() -> None:
    text = patients.sick().for_assistant()
    assert "accuracy 0.10 → 0.87 (+0.77, between +0.70 and +0.83)" in text
    assert '+model = build_model(hidden="relu", depth=8)' in text
    assert text.count("Use ReLU in the hidden layers") == 1


def test_scores_and_replaced_parts_are_told() -> None:
    runs = (PartRun((), 0, 0.1, (0.1,), 400, 1.0, ""), PartRun(("loss",), 0, 0.9, (), 400, 1.0, ""))
    report = replace(
        patients.healthy(),
        readings={
            "Attained": Attained(kind="classes", score=0.1, ceiling=0.8, simple={"ridge": 0.8}),
            "TriedParts": TriedParts(outcome="part", blamed=("loss",), runs=runs),
        },
    )
    text = report.for_assistant()
    assert "Score of the trained model: 0.10 on 0 training rows" in text
    assert "simple models (ridge) reach 0.80" in text
    assert "Closes the gap: loss." in text
    assert "- loss (seed 0, 400 steps): 0.90" in text


def test_a_line_that_the_cell_does_not_have_is_not_quoted() -> None:
    finding: Diagnosis = replace(patients.sick().findings[0], where=Where(line=99))
    text = replace(patients.sick(), findings=(finding,), fix=None).for_assistant()
    assert "Line 99\n" in text


def test_it_says_that_training_goes_on() -> None:
    assert "Training has not ended" in patients.training().for_assistant()
    json.dumps(patients.training().for_assistant())
