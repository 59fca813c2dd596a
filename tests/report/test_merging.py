"""Several reports of a cell as one."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import replace

import pytest

from nbdoctor.report import Checksum, Diagnosis, Report, Stage, Treatment, Where
from nbdoctor.report.merging import merged, places
from nbdoctor.report.several import Reports
from tests.view import patients


def found(
    rule: str, *, line: int | None = None, because_of: str = "", patched: str = ""
) -> Diagnosis:
    return Diagnosis(
        rule=rule,
        severity="warning",
        kind="proof",
        title=f"{rule} is wrong",
        says="So it is.",
        where=Where(line=line),
        because_of=because_of,
        treatments=(Treatment(title="Change it", text="", effect="model", patched=patched),)
        if patched
        else (),
    )


def fit(number: int, *findings: Diagnosis, stage: Stage = "done") -> Report:
    verdict = findings[0].severity if findings else "healthy"
    return Report(
        headline="", verdict=verdict, findings=findings, number=number, line=number, stage=stage
    )


def told(*reports: Report) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.rule, one.fits) for one in merged(reports, ()).findings]


def test_equal_findings_are_told_once_with_the_numbers_of_their_fits() -> None:
    whole = patients.folds().merged
    assert [(one.rule, one.fits, one.because_of) for one in whole.findings] == [
        ("vanishing-gradient", (1, 2), ""),
        ("unscaled-inputs", (1, 2), ""),
        ("loss-stands-still", (1, 2), "vanishing-gradient"),
    ]
    first = whole.findings[0]
    assert first.measured["first over last"] == "3.07e-5 to 3.35e-5"
    assert first.measured["update, first over last"] == 0.0004
    assert first.says.endswith("These are the numbers of fold 1.")
    assert whole.findings[2].says == patients.sick().findings[1].says


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        pytest.param(found("a", line=3), found("a", line=3), True, id="one line"),
        pytest.param(found("a", line=3), found("a", line=4), False, id="two lines"),
        pytest.param(found("a"), found("b"), False, id="two rules"),
        pytest.param(
            found("a", line=3, patched="x"), found("a", line=4, patched="x"), True, id="one change"
        ),
        pytest.param(
            found("a", line=3, patched="x"),
            found("a", line=3, patched="y"),
            False,
            id="two changes",
        ),
        pytest.param(
            found("a"), replace(found("a"), standing="withdrawn"), False, id="withdrawn in one"
        ),
    ],
)
def test_what_makes_findings_equal(one: Diagnosis, other: Diagnosis, together: bool) -> None:
    assert len(told(fit(1, one), fit(2, other))) == (1 if together else 2)


def test_lines_of_all_fits_are_kept() -> None:
    one, other = found("a", line=3, patched="x"), found("a", line=4, patched="x")
    where = merged([fit(1, one), fit(2, other)], ()).findings[0].where
    assert (where.line, where.more_lines) == (3, (4,))


def test_a_consequence_stays_with_the_cause_of_its_fit() -> None:
    first = fit(1, found("a", line=3), found("b", because_of="a"))
    second = fit(2, found("a", line=4), found("b", because_of="a"))
    assert told(first, second) == [("a", (1,)), ("a", (2,)), ("b", (1,)), ("b", (2,))]
    third = fit(3, found("b"))
    assert ("b", (3,)) in told(first, second, third)


def test_the_worst_stands_for_all_and_comes_first() -> None:
    bad = replace(found("b", line=2), severity="critical")
    reports = [fit(1, found("a"), found("b", line=2)), fit(2, bad)]
    whole = merged(reports, ())
    assert [(one.rule, one.severity) for one in whole.findings] == [
        ("b", "critical"),
        ("a", "warning"),
    ]
    assert whole.verdict == "critical"
    assert whole.headline == "b is wrong"
    assert places(reports) == [{0: 1, 1: 0}, {0: 0}]


def test_a_fix_that_was_seen_to_help_is_the_one_that_is_shown() -> None:
    first, second, _ = patients.folds()
    untried = replace(first.findings[0], treatments=second.findings[0].treatments)
    whole = merged([replace(first, findings=(untried,)), replace(patients.sick(), number=2)], ())
    trial = whole.findings[0].treatments[0].trial
    assert trial is not None
    assert trial.outcome == "helps"


def test_the_stage_is_that_of_the_newest_fit_that_goes_on() -> None:
    assert merged([fit(1), fit(2, stage="training")], ()).stage == "training"
    assert merged([fit(1, stage="trying"), fit(2)], ()).stage == "trying"
    assert merged([fit(1), fit(2)], ()).stage == "done"


def test_one_training_that_is_not_proved_untouched_is_what_counts() -> None:
    same, other = Checksum(before="a", after="a"), Checksum(before="a", after="b")
    both = [replace(fit(1), checksum=same), replace(fit(2), checksum=same)]
    assert merged(both, ()).checksum.untouched is True
    assert merged([*both, fit(3)], ()).checksum.untouched is None
    assert merged([*both, replace(fit(3), checksum=other)], ()).checksum.untouched is False


def test_reports_are_a_tuple_that_tells_all_of_them() -> None:
    reports = patients.folds()
    assert isinstance(reports, tuple)
    first, *_ = reports
    assert first.number == 1
    assert "3 of 5 folds" not in repr(reports)
    assert repr(reports).startswith("<Reports of 3 fits: Gradients vanish")
    for again in (copy.copy(reports), pickle.loads(pickle.dumps(reports))):  # noqa: S301  (our own)
        assert isinstance(again, Reports)
        assert again.merged == reports.merged
    for text in (str(reports), reports.to_markdown(), reports.to_html()):
        assert text.count("Fold 1 of 5, line 4") == 1
        assert text.count("Use ReLU in the hidden layers") >= 1
        assert "folds 1 and 2" in text
    assert Report.from_json(reports.to_json()).fits == patients.FOLDS


def test_a_report_of_an_older_nbdoctor_has_no_fits() -> None:
    data = patients.sick().as_dict()
    for name in ("fits", "number", "line"):
        del data[name]
    for one in data["findings"]:
        del one["fits"], one["where"]["more_lines"]
    read = Report.from_json(json.dumps(data))
    assert read.fits == ()
    assert read.findings[0].fits == ()
