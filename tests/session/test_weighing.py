from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.readings.tried_parts import TriedParts
from nbdoctor.report import Diagnosis, Fix, Treatment, Trial, Where
from nbdoctor.session.gate import GAP, UNEXPLAINED
from nbdoctor.session.weighing import BY_EXPERIMENT, NO_SIGNAL, is_cleared, parts_of_rules, weighed
from tests.tried import BOTH, OPTIMIZER, OWN_LOOP, experiment

RATE, SCALE, ACCURACY = "learning-rate-too-low", "unscaled-inputs", "accuracy-on-regression"
CODES = "missing-value-code"


def of(rule: str, **changes: Any) -> Diagnosis:
    return Diagnosis(**{
        "rule": rule, "severity": "warning", "kind": "strong", "title": rule, "says": f"{rule}.",
        "where": Where(), **changes,
    })  # fmt: skip


FOUND = of(BY_EXPERIMENT, kind="proof")
SYMPTOM = of(GAP, because_of=BY_EXPERIMENT)


def test_rules_say_which_part_their_findings_are_of() -> None:
    parts = parts_of_rules()
    assert parts[RATE] == ("optimizer",)
    assert parts["double-softmax"] == ("head", "loss")
    assert ACCURACY not in parts


def test_without_an_experiment_findings_stay() -> None:
    assert weighed([of(SCALE)], None) == (of(SCALE),)


def test_a_part_that_changed_nothing_clears_its_finding() -> None:
    (_, note) = weighed([of(SCALE, severity="critical"), FOUND], OPTIMIZER)
    assert (note.rule, note.severity, note.standing) == (SCALE, "note", "withdrawn")
    assert note.says == (
        "unscaled-inputs. Replacing the scale of the inputs did not help: 0.12 before, 0.13 after."
    )


@pytest.mark.parametrize(
    "tried",
    [
        pytest.param(replace(OPTIMIZER, outcome="unclear", blamed=()), id="the gap is unexplained"),
        pytest.param(replace(OPTIMIZER, outcome="out of time", blamed=()), id="it was not ended"),
        pytest.param(
            experiment(
                {"": 0.12, "inputs": 0.4, "optimizer": 0.95},
                outcome="part", blamed=("optimizer",), control=0.12, reference=0.98, reached=0.95,
            ),
            id="it closed a third of the gap",
        ),
        pytest.param(replace(OPTIMIZER, runs=OPTIMIZER.runs[:2]), id="it was not tried alone"),
    ],
)  # fmt: skip
def test_nothing_is_cleared_else(tried: TriedParts) -> None:
    assert not is_cleared(tried, ("inputs",))
    assert of(SCALE) in weighed([of(SCALE), FOUND], tried)


def test_a_rule_of_several_parts_is_cleared_by_all_that_were_tried() -> None:
    assert is_cleared(OPTIMIZER, ("activations", "init", "inputs"))
    assert not is_cleared(OPTIMIZER, ("inputs", "optimizer"))


def test_what_it_confirms_says_so_comes_first_and_explains_the_symptoms() -> None:
    before = [
        of(ACCURACY, severity="critical", kind="proof"),
        FOUND,
        of(RATE, standing="suspected"),
        of(GAP, says=f"A gap. {UNEXPLAINED}"),
    ]
    first, other, *below = weighed(before, OPTIMIZER)
    assert (first.rule, first.standing, first.because_of) == (RATE, "confirmed", "")
    assert first.says.endswith(
        "Replacing the optimizer and its learning rate confirms it: 0.12 before, 0.95 after."
    )
    assert other.rule == ACCURACY
    assert [(one.rule, one.because_of) for one in below] == [(BY_EXPERIMENT, RATE), (GAP, RATE)]
    assert below[1].says == "A gap."


def test_without_a_rule_that_knows_the_part_the_experiment_leads() -> None:
    first, *below = weighed([of(ACCURACY, severity="critical"), SYMPTOM, FOUND], OPTIMIZER)
    assert first.rule == BY_EXPERIMENT
    assert [one.rule for one in below] == [ACCURACY, GAP]
    assert below[1].because_of == BY_EXPERIMENT


def test_a_confirmed_finding_whose_own_fix_failed_does_not_lead() -> None:
    trial = Trial(outcome="no effect")
    failed = of(RATE, treatments=(Treatment(title="", text="", effect="training", trial=trial),))
    first, second = weighed([failed, FOUND], OPTIMIZER)
    assert [first.rule, second.rule] == [BY_EXPERIMENT, RATE]
    assert (second.standing, second.because_of) == ("confirmed", "")
    fix = Fix(rules=(RATE,), treatment=failed.treatments[0])
    assert weighed([failed, FOUND], OPTIMIZER, fix)[0].rule == RATE


@pytest.mark.parametrize(
    ("part", "first"), [("inputs", CODES), ("length", CODES), ("optimizer", BY_EXPERIMENT)]
)
def test_a_fault_of_the_data_leads_where_a_part_makes_up_for_it(part: Any, first: str) -> None:
    tried = experiment(
        {"": 0.12, part: 0.95},
        outcome="part", blamed=(part,), control=0.12, reference=0.98, reached=0.95,
    )  # fmt: skip
    before = [of(CODES, explains=(GAP,)), SYMPTOM, FOUND, of("too-few-steps", because_of=CODES)]
    found = weighed(before, tried)
    assert found[0].rule == first
    because = {one.rule: one.because_of for one in found}
    assert because[GAP] == first
    assert because[CODES] == ""
    assert because[BY_EXPERIMENT] == ("" if first == BY_EXPERIMENT else CODES)


def test_nor_does_a_note() -> None:
    first, second = weighed([of(RATE, severity="note"), FOUND], OPTIMIZER)
    assert [first.rule, second.rule] == [BY_EXPERIMENT, RATE]


def test_of_two_parts_each_is_confirmed_with_the_other() -> None:
    first, *_ = weighed([of(RATE), FOUND], BOTH)
    assert first.says.endswith(
        "Replacing the optimizer and its learning rate together with dropout, noise, "
        "augmentation and penalties confirms it: 0.00 before, 0.95 after, "
        f"{BOTH.without['optimizer']:.2f} without the optimizer and its learning rate."
    )


def test_what_a_cleared_finding_explained_is_explained_anew() -> None:
    before = [
        of(SCALE),
        of("dead-units", because_of=SCALE),
        of("baseline-not-beaten", because_of=SCALE),
        FOUND,
    ]
    because = {one.rule: one.because_of for one in weighed(before, OPTIMIZER)}
    assert because == {
        SCALE: "",
        "dead-units": "",
        "baseline-not-beaten": BY_EXPERIMENT,
        BY_EXPERIMENT: "",
    }


def test_a_loop_that_is_to_blame_confirms_the_rules_of_loops() -> None:
    first, second = weighed([of("gradient-lost"), FOUND], OWN_LOOP)
    assert (first.rule, second.because_of) == ("gradient-lost", "gradient-lost")


@pytest.mark.parametrize("outcome", ["part", "unclear"])
def test_a_reference_that_learns_shows_that_there_is_a_signal(outcome: Any) -> None:
    found = weighed([of(NO_SIGNAL, kind="hint"), FOUND], replace(OPTIMIZER, outcome=outcome))
    (told,) = (one for one in found if one.rule == NO_SIGNAL)
    assert (told.severity, told.standing) == ("note", "withdrawn")
    assert told.says.endswith("But a copy with parts replaced reaches 0.98: there is a relation.")


def test_that_nothing_learns_stands_below_that_there_is_no_signal() -> None:
    none = experiment({"": 0.0}, outcome="no signal")
    found = weighed([of(NO_SIGNAL), replace(FOUND, severity="note")], none)
    assert [one.because_of for one in found] == ["", NO_SIGNAL]
    (alone,) = weighed([replace(FOUND, severity="note")], none)
    assert alone.because_of == ""
