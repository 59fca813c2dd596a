from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import real_cases
from tests.benchmarks.real_cases import Outcome, Said

CRASH = Said(
    findings=(
        ("label-encoding-mismatch", "critical", ""),
        ("known-crash", "critical", "label-encoding-mismatch"),
    ),
    raised="ValueError",
)
NOTE = Said(findings=(("progress-bar-at-zero", "note", ""),))
FALSE_ALARM = Said(findings=(("dead-units", "warning", ""),))


def outcome(sick: Said, repaired: Said, *wanted: str) -> Outcome:
    return Outcome(name="a case", wanted=frozenset(wanted), sick=sick, repaired=repaired)


def test_any_rule_for_a_root_cause_counts_and_no_other() -> None:
    ailments = {"wrong_loss": ["label-encoding-mismatch", "silent-broadcast"]}
    wanted = real_cases.rules_for(["wrong_loss", "unheard_of"], ailments)
    assert outcome(CRASH, NOTE, *wanted).found
    assert not outcome(FALSE_ALARM, NOTE, *wanted).found


def test_consequences_and_errors_are_told_apart() -> None:
    assert real_cases.said_as_text(CRASH) == "label-encoding-mismatch (known-crash) [ValueError]"
    assert real_cases.said_as_text(Said()) == "nothing"


def test_faults_of_nbdoctor_are_not_hidden() -> None:
    said = Said(faults=("the head: KeyError: 'y'",))
    assert real_cases.said_as_text(said) == "nothing FAULTS: the head: KeyError: 'y'"


def test_the_sums_leave_out_what_could_not_be_run() -> None:
    outcomes = [
        outcome(CRASH, NOTE, "label-encoding-mismatch"),
        outcome(Said(), FALSE_ALARM, "dead-units"),
        Outcome(name="broken", failed="timed out"),
    ]
    assert real_cases.summary(outcomes) == (
        "Root cause named in 1 of 2 sick cells. "
        "Findings on 2 repaired cells: 0 critical, 1 warning, 1 note. "
        "Repaired cells without a critical finding or a warning: 1."
    )
    assert "| broken | could not be run | timed out | |" in real_cases.table(outcomes)


def test_a_folder_without_cases_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        real_cases.parsed([str(tmp_path)])
    assert "no cases.py" in capsys.readouterr().err
