"""What is written: golden files of four notebooks, and what other programs make of them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import JUnitXml

from nbdoctor.report.checked import Checked
from nbdoctor.rules import catalogue
from nbdoctor.view.checks import FORMATS
from nbdoctor.view.checks.as_text import NOTHING_TRAINED
from tests.headless import golden
from tests.headless.books import NOTEBOOKS
from tests.headless.sarif_schema import SCHEMA


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_golden_file_is_what_is_written(
    name: str, form: str, checked: Mapping[str, Checked]
) -> None:
    """When this fails for a good reason: python -m tests.headless.golden."""
    written = golden.file_of(name, form).read_text(encoding="utf-8")
    assert golden.text_of(checked[name], form) == written


def sarif(checked: Mapping[str, Checked]) -> Any:
    return json.loads(FORMATS["sarif"](list(checked.values()), "critical"))


def known(one: Checked) -> Checked:
    return replace(one, problems=tuple(replace(problem, known=True) for problem in one.problems))


def test_sarif_has_the_form_of_the_standard(checked: Mapping[str, Checked]) -> None:
    jsonschema.validate(sarif(checked), SCHEMA)
    jsonschema.validate(sarif({"faulty": known(checked["faulty"])}), SCHEMA)
    jsonschema.validate(sarif({}), SCHEMA)


@pytest.mark.skipif(
    "NBDOCTOR_SARIF_SCHEMA" not in os.environ,
    reason="names the schema of OASIS, which comes with the npm package @microsoft/jest-sarif",
)
def test_sarif_is_valid_by_the_schema_of_oasis(checked: Mapping[str, Checked]) -> None:
    schema = json.loads(Path(os.environ["NBDOCTOR_SARIF_SCHEMA"]).read_text(encoding="utf-8"))
    for log in (sarif(checked), sarif({"faulty": known(checked["faulty"])}), sarif({})):
        jsonschema.validate(log, schema, format_checker=jsonschema.FormatChecker())


def test_the_schema_refuses_what_is_wrong(checked: Mapping[str, Checked]) -> None:
    log = sarif(checked)
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, SCHEMA)


def test_sarif_names_the_rules_and_places_of_all_results(checked: Mapping[str, Checked]) -> None:
    (run,) = sarif(checked)["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert rules == {result["ruleId"] for result in run["results"]}
    first = run["results"][0]
    uri = first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "my%20books/faulty.ipynb"
    assert "cell 3, line 4" in first["message"]["text"]
    assert not run["invocations"][0]["executionSuccessful"]


def test_junit_is_read_by_others(checked: Mapping[str, Checked]) -> None:
    text = FORMATS["junit"](list(checked.values()), "critical")
    xml = JUnitXml.fromstring(text.encode())
    suites = {suite.name: suite for suite in xml}
    assert (xml.failures, xml.errors) == (1, 2)
    faulty = list(suites["my books/faulty.ipynb"])
    assert [case.name for case in faulty] == ["cell 3", "run"]
    assert faulty[0].result[0].type == "softmax-on-one-unit"
    assert [len(suites[f"my books/{name}.ipynb"]) for name in ("raises", "times_out")] == [1, 1]


def test_junit_fails_by_what_fails_the_check(checked: Mapping[str, Checked]) -> None:
    for one, least in ((checked["faulty"], None), (known(checked["faulty"]), "note")):
        xml = JUnitXml.fromstring(FORMATS["junit"]([one], least).encode())  # type: ignore[arg-type]
        assert xml.failures == 0
        assert "softmax-on-one-unit" in FORMATS["junit"]([one], None)


def test_json_holds_the_whole_reports(checked: Mapping[str, Checked]) -> None:
    data = json.loads(FORMATS["json"]([checked["faulty"]], None))
    (file,) = data["files"]
    assert file["trainings"] == 1
    assert file["cells"][1]["reports"][0]["readings"]
    names = {rule.name for rule in catalogue()}
    assert {problem["rule"] for problem in file["problems"]} <= names


def test_github_escapes_what_would_end_a_command(checked: Mapping[str, Checked]) -> None:
    faulty = checked["faulty"]
    problem = faulty.problems[0]
    finding = replace(problem.finding, title="a, b: 5 %", says="one\ntwo::three")
    place = replace(problem.place, path="a,b:c.ipynb")
    text = FORMATS["github"](
        [replace(faulty, problems=(replace(problem, finding=finding, place=place),))], None
    )
    assert text.count("\n") == 1
    assert "file=a%2Cb%3Ac.ipynb,line=" in text
    assert "title=a%2C b%3A 5 %25 (softmax-on-one-unit)::one%0Atwo::three" in text
    assert FORMATS["github"]([known(faulty)], None) == ""


def test_nothing_trained_is_said() -> None:
    empty = Checked(path="empty.ipynb")
    assert FORMATS["text"]([empty], None) == f"{NOTHING_TRAINED}\n"
    assert NOTHING_TRAINED in FORMATS["markdown"]([empty], None)
