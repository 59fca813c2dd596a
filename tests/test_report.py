import json
import math
from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.readings.fit import Fit
from nbdoctor.readings.history import History
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.report import VERSION, Checksum, NotRun, Report, diagnosis
from nbdoctor.rules.rule import Finding, Where
from tests.view import patients


@pytest.mark.parametrize("name", ["sick", "healthy"])
def test_a_report_comes_back_from_json(name: str) -> None:
    report = getattr(patients, name)()
    assert Report.from_json(report.to_json()) == report
    assert Report.from_json(report.to_json(indent=2)) == report


def test_broken_numbers_survive_strict_json() -> None:
    report = Report(
        headline="All is broken",
        verdict="critical",
        findings=(
            replace(
                patients.sick().findings[0],
                measured={"loss": math.inf, "low": -math.inf, "none": math.nan, "is": "nan"},
                where=Where(layer="dense", line=3),
            ),
        ),
        readings={
            "History": History(values={"loss": (1.0, math.nan, math.inf)}, epochs=3),
            "Inputs": Inputs(tensors=(InputTensor(name="x", first_bad=(3, 0), mean=math.nan),)),
        },
        checksum=Checksum(before="a", after="a", real_loss=math.nan),
    )
    text = report.to_json()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    back = Report.from_json(text)
    losses = back.readings["History"].values["loss"]
    assert losses[0] == 1.0
    assert math.isnan(losses[1])
    assert losses[2] == math.inf
    assert back.readings["Inputs"].tensors[0].first_bad == (3, 0)
    assert back.checksum.real_loss is not None
    assert math.isnan(back.checksum.real_loss)
    assert back.to_json() == text


def test_whole_numbers_stay_whole() -> None:
    finding = replace(patients.sick().findings[0], measured={"rows": 7, "share": 0.5, "text": "7"})
    report = Report(headline="h", verdict="note", findings=(finding,))
    measured = Report.from_json(report.to_json()).findings[0].measured
    assert measured == {"rows": 7, "share": 0.5, "text": "7"}
    assert [type(value) for value in measured.values()] == [int, float, str]


def test_a_report_of_an_older_nbdoctor_is_read() -> None:
    data = patients.sick().as_dict()
    trials = [one["trial"] for finding in data["findings"] for one in finding["treatments"]]
    for stored, name in ((data["not_run"], "kind"), (filter(None, trials), "skipped")):
        for one in stored:
            del one[name]
    report = Report.from_json(json.dumps(data))
    assert {one.kind for one in report.not_run} == {"not measured"}
    assert {
        one.trial.skipped for finding in report.findings for one in finding.treatments if one.trial
    } == {""}


def test_a_report_of_a_newer_nbdoctor_is_refused() -> None:
    data = json.loads(patients.healthy().to_json()) | {"version": VERSION + 1}
    with pytest.raises(ValueError, match=f"version {VERSION + 1}.*Install a newer nbdoctor"):
        Report.from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["{}", "[]", "3", '{"cells": []}', '"headline"', "no JSON"])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an nbdoctor report|Expecting value"):
        Report.from_json(text)


def test_an_unknown_reading_is_left_out() -> None:
    data: dict[str, Any] = json.loads(patients.healthy().to_json())
    data["readings"]["Horoscope"] = {"sign": "leo"}
    assert "Horoscope" not in Report.from_json(json.dumps(data)).readings


def test_findings_are_counted_by_severity() -> None:
    one = patients.sick().findings[0]
    report = Report(
        headline="h",
        verdict="critical",
        findings=(replace(one, severity="note"), one, replace(one, severity="note")),
    )
    assert (report.count("note"), report.count(one.severity)) == (2, 1)
    assert report.count("warning") == 0


@pytest.mark.parametrize("name", ["sick", "healthy"])
def test_a_report_fits_a_terminal(name: str) -> None:
    text = str(getattr(patients, name)())
    assert max(len(line) for line in text.splitlines()) <= 80


def test_a_long_word_does_not_break_the_terminal() -> None:
    one = patients.sick().findings[0]
    long = replace(one, says="The layer `" + "deep_" * 12 + "` sends nothing.", title="t " * 60)
    text = str(Report(headline="h " * 90, verdict="note", findings=(long,)))
    assert max(len(line) for line in text.splitlines()) <= 80


def test_a_rule_that_does_not_apply_is_read_of_reports_that_said_it_in_words() -> None:
    data: dict[str, Any] = json.loads(patients.healthy().to_json())
    told = [{"rule": "a", "reason": "does not apply: no classes"}, {"rule": "b", "reason": "why"}]
    assert Report.from_json(json.dumps(data | {"not_run": told})).not_run == (
        NotRun(rule="a", reason="no classes", kind="does not apply"),
        NotRun(rule="b", reason="why", kind="not measured"),
    )


def test_a_finding_that_no_rule_made_is_refused() -> None:
    with pytest.raises(ValueError, match="was not made by a rule"):
        diagnosis(Finding(title="t", says="s", rule="x"))


def test_a_checksum_knows_whether_nothing_was_touched() -> None:
    assert Checksum(before="a", after="a").untouched is True
    assert Checksum(before="a", after="b").untouched is False
    assert Checksum(before="a").untouched is None


def test_a_report_can_be_compared_and_holds_plain_data() -> None:
    report = Report(headline="h", verdict="healthy", readings={"Fit": Fit(data_kind="arrays")})
    assert report.as_dict()["readings"]["Fit"]["data_kind"] == "arrays"
    assert replace(report, model="m") != report
