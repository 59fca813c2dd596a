import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from nbdoctor.readings import kinds
from nbdoctor.report import VERSION, Report
from nbdoctor.report.schema import schema, shipped
from tests.view import patients

STORED = sorted((Path(__file__).parent / "versions").glob("report-*.json"))
"""Reports as older versions wrote them; they are never made anew."""


def reports() -> Iterator[tuple[str, Report]]:
    for name in ("bare", "healthy", "hostile", "sick", "training", "vast"):
        yield name, getattr(patients, name)()


@pytest.fixture(scope="module")
def validator() -> Any:
    made = jsonschema.Draft202012Validator(shipped())
    made.check_schema(shipped())
    return made


def test_the_schema_in_the_package_is_that_of_the_classes() -> None:
    assert shipped() == json.loads(json.dumps(schema())), "python -m nbdoctor.report.schema"


def test_every_reading_is_described() -> None:
    assert set(shipped()["properties"]["readings"]["properties"]) == set(kinds())
    assert all(made.get("properties") is not None for made in shipped()["$defs"].values())


@pytest.mark.parametrize(("name", "report"), reports(), ids=[name for name, _ in reports()])
def test_every_kind_of_report_is_valid(name: str, report: Report, validator: Any) -> None:
    assert name
    validator.validate(json.loads(report.to_json()))


@pytest.mark.parametrize(
    "changed",
    [
        {"verdict": "fine"},
        {"version": VERSION + 1},
        {"rows": "many"},
        {"findings": [{"rule": "dead-units"}]},
        {"readings": {"History": {"values": {"loss": ["big"]}, "epochs": 1}}},
    ],
)
def test_what_is_no_report_is_not_valid(changed: dict[str, Any], validator: Any) -> None:
    data = json.loads(patients.sick().to_json())
    validator.validate(data)
    assert not validator.is_valid({**data, **changed})


@pytest.mark.parametrize("path", STORED, ids=[path.stem for path in STORED])
def test_reports_of_old_versions_still_load(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    report = Report.from_json(text)
    assert path.stem == f"report-{report.version}"
    assert report.headline == "The first layers of this model do not learn"
    assert [one.rule for one in report.findings][:2] == ["vanishing-gradient", "loss-stands-still"]
    assert report.findings[0].measured["first over last"] == pytest.approx(3.07e-5)
    assert report.fix is not None
    assert report.fix.treatment.trial is not None
    assert report.fix.treatment.trial.after == pytest.approx(0.871)
    assert report.readings["History"].epochs == 5
    assert set(report.readings) == set(json.loads(text)["readings"])
    assert str(report)
    assert report.for_assistant()


def test_every_version_has_a_report_that_is_kept() -> None:
    assert [path.stem for path in STORED] == [f"report-{one + 1}" for one in range(VERSION)]
