from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from nbdoctor.rules import catalogue
from tests.benchmarks import real_cases
from tests.benchmarks.cells import Manner
from tests.benchmarks.real_cases import Outcome
from tests.benchmarks.said import CASES, Said, said_as_text

CRASH = Said(
    findings=(
        ("label-encoding-mismatch", "critical", ""),
        ("known-crash", "critical", "label-encoding-mismatch"),
    ),
    raised="ValueError: target and output",
    seconds=2.0,
)
NOTE = Said(findings=(("progress-bar-at-zero", "note", ""),), seconds=1.0)
FALSE_ALARM = Said(findings=(("dead-units", "warning", ""),), seconds=3.0)
BOTH = Said(findings=(*FALSE_ALARM.findings, *CRASH.findings))


def outcome(sick: Said, repaired: Said, *wanted: str) -> Outcome:
    return Outcome(name="a case", wanted=frozenset(wanted), sick=sick, repaired=repaired)


def test_any_rule_for_a_root_cause_counts_and_no_other() -> None:
    ailments = {"wrong_loss": ["label-encoding-mismatch", "silent-broadcast"]}
    wanted = real_cases.rules_for(["wrong_loss", "unheard_of"], ailments)
    assert outcome(CRASH, NOTE, *wanted).found
    assert not outcome(FALSE_ALARM, NOTE, *wanted).found


def test_a_note_does_not_name_a_root_cause() -> None:
    assert not outcome(NOTE, NOTE, "progress-bar-at-zero").found


def test_only_the_first_finding_is_named_first() -> None:
    assert outcome(CRASH, NOTE, "label-encoding-mismatch").found_first
    second = outcome(BOTH, NOTE, "label-encoding-mismatch")
    assert second.found
    assert not second.found_first


def test_alarms_without_a_fault_are_wrong_and_consequences_are_not() -> None:
    assert outcome(BOTH, NOTE, "label-encoding-mismatch").wrong == ("dead-units",)
    assert outcome(CRASH, NOTE).wrong == ("label-encoding-mismatch",)
    assert outcome(NOTE, NOTE).wrong == ()


def test_consequences_and_errors_are_told_apart() -> None:
    assert said_as_text(CRASH) == "label-encoding-mismatch (known-crash) [ValueError]"
    assert said_as_text(Said()) == "nothing"


def test_faults_of_nbdoctor_are_not_hidden() -> None:
    said = Said(faults=("the head: KeyError: 'y'",))
    assert said_as_text(said) == "nothing FAULTS: the head: KeyError: 'y'"


def test_the_sums_leave_out_what_could_not_be_run() -> None:
    outcomes = [
        outcome(CRASH, NOTE, "label-encoding-mismatch"),
        outcome(Said(), FALSE_ALARM, "dead-units"),
        Outcome(name="broken", sick=Said(failed="timed out")),
    ]
    assert real_cases.summary(outcomes) == (
        "Root cause named in 1 of 2 sick cells, as the first finding in 1. "
        "Wrong findings on sick cells: 0. "
        "Findings on 2 repaired cells: 0 critical, 1 warning, 1 note. "
        "Repaired cells without a critical finding or a warning: 1. "
        "Seconds per case: 3.0."
    )
    assert "| broken | could not be run | timed out | | | |" in real_cases.table(outcomes)
    assert real_cases.false_alarms(outcomes) == "- dead-units: a case"


def test_every_rule_names_a_fault_and_every_fault_has_a_meaning() -> None:
    ailments = json.loads((CASES / "ailments.json").read_text(encoding="utf-8"))
    faults = json.loads((CASES / "faults.json").read_text(encoding="utf-8"))
    assert set(ailments) == set(faults)
    named = {rule for rules in ailments.values() for rule in rules}
    assert {rule.name for rule in catalogue()} <= named


def test_every_case_uses_known_words() -> None:
    faults = json.loads((CASES / "faults.json").read_text(encoding="utf-8"))
    cases = real_cases.load(CASES)
    assert Counter(case.group for case in cases) == {"benchmarks": 38, "reports": 18, "data": 13}
    for case in cases:
        assert set(case.primary) <= set(case.faults)
        assert {*case.faults, *case.acceptable} <= set(faults)
        compile(case.cell, case.id, "exec")
        compile(case.fixed_cell, case.id, "exec")


def test_a_folder_without_cases_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        real_cases.parsed([str(tmp_path)])
    assert "no cases.py" in capsys.readouterr().err


def test_what_was_kept_is_not_run_again(tmp_path: Path) -> None:
    kept = Manner(kept=tmp_path / "kept.jsonl")
    for which, said in (("sick", CRASH), ("repaired", NOTE)):
        kept.keep(f"so-34311586/{which}", said)
    [one] = real_cases.outcomes_of(CASES, ["so-34311586"], kept)
    assert (one.sick, one.repaired) == (CRASH, NOTE)


@pytest.mark.keras
def test_one_case_from_end_to_end(tmp_path: Path) -> None:
    manner = Manner(kept=tmp_path / "kept.jsonl")
    [one] = real_cases.outcomes_of(CASES, ["so-34311586"], manner)
    assert one.found
    assert not one.repaired.alarms
    assert one.sick.score is not None
    assert one.repaired.score == 1.0
    assert set(manner.known()) == {"so-34311586/sick", "so-34311586/repaired"}
