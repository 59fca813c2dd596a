from __future__ import annotations

import json

from nbdoctor.experiment.parts import BY_NAME
from tests.benchmarks.part_programs import BETTER_BY_A_REFERENCE, Sought, parts_of, summary, table
from tests.benchmarks.real_cases import load
from tests.benchmarks.said import CASES, Said, Searched

PARTS = json.loads((CASES / "parts.json").read_text(encoding="utf-8"))


def sought(*blamed: str, outcome: str = "together") -> Sought:
    return Sought(
        name="a case",
        primary=frozenset({"head"}),
        faults=frozenset({"head", "inputs"}),
        secondary=frozenset({"optimizer"}),
        said=Said(searched=Searched(outcome=outcome, blamed=blamed, seconds=2.0)),
    )


def test_words_for_faults_stand_for_parts_that_there_are() -> None:
    words = json.loads((CASES / "faults.json").read_text(encoding="utf-8"))
    assert set(PARTS) <= set(words)
    assert {part for parts in PARTS.values() for part in parts} <= set(BY_NAME)
    assert parts_of(["wrong_loss", "unheard_of"], PARTS) == {"loss"}


def test_the_programs_are_there_and_each_has_a_part_at_fault() -> None:
    known = {case.id: case for case in load(CASES)}
    assert all(parts_of(known[name].primary, PARTS) for name in BETTER_BY_A_REFERENCE)


def test_a_part_is_one_too_many_where_no_fault_lies_in_it() -> None:
    one = sought("head", "optimizer", "length")
    assert one.is_named
    assert (one.too_many, one.untrue) == (("optimizer", "length"), ("length",))
    assert not sought("inputs").is_named
    assert sought("inputs").too_many == ()


def test_what_blames_nobody_is_told_by_its_outcome() -> None:
    nobody = sought(outcome="no signal")
    assert "| no signal |" in table([nobody])
    assert summary([nobody, sought("head")]).startswith(
        "A part that the root cause lies in is blamed in 1 of 2 programs."
    )
    assert "Nobody is blamed in 1." in summary([nobody, sought("head")])
