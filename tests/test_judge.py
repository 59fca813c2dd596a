from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from nbdoctor.cell.call import Argument, Call
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.collection import Fault
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.missing import not_measured
from nbdoctor.readings.source import DataVariable, Source
from nbdoctor.readings.tried_parts import PartName, TriedPart, TriedParts
from nbdoctor.report import NotRun, PassedCheck
from nbdoctor.rules.rule import (
    DoesNotApplyError,
    Finding,
    Kind,
    Rule,
    Severity,
    Where,
    rule,
)
from nbdoctor.rules.treatment import Effect, Treatment
from nbdoctor.session import judge as judging
from nbdoctor.session.judge import Choice, Judgement, headline, judge


@dataclass(frozen=True)
class Number:
    value: float


SICK = {Number: Number(1.0)}


def made(
    name: str,
    *,
    severity: Severity = "critical",
    kind: Kind = "proof",
    explains: tuple[str, ...] = (),
    where: Where | None = None,
) -> Rule[Any]:
    def speak(number: Number, *, above: float = 0.0) -> Iterator[Finding]:
        if number.value > above:
            yield Finding(title=f"{name} is wrong", says="So it is.", where=where or Where())

    speak.__name__ = name
    return rule(
        family="model", severity=severity, kind=kind, holds=f"{name} is right", explains=explains
    )(speak)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Any:
    def judged(
        *rules: Rule[Any],
        readings: dict[type, Any] | None = None,
        choice: Choice | None = None,
        source: str = "",
        missing: dict[type, str] | None = None,
    ) -> Judgement:
        monkeypatch.setattr(judging, "catalogue", lambda: rules)
        given = SICK if readings is None else readings
        return judge(Cell(source), given, missing or {}, choice or Choice())

    return judged


def places(judgement: Judgement) -> list[tuple[str, str]]:
    return [(finding.rule, finding.because_of) for finding in judgement.findings]


def test_a_consequence_stands_under_its_cause_however_bad_it_is(judged: Any) -> None:
    cause = made("cause", severity="warning", explains=("effect", "other"))
    judgement = judged(made("effect"), cause)
    assert places(judgement) == [("cause", ""), ("effect", "cause")]
    assert judgement.findings[0].explains == ("effect",)
    assert headline(judgement) == ("cause is wrong", "warning")


def test_a_note_explains_no_alarm(judged: Any) -> None:
    note = made("mild", severity="note", explains=("effect", "other"))
    judgement = judged(made("effect"), made("other", severity="note"), note)
    assert places(judgement) == [("effect", ""), ("mild", ""), ("other", "mild")]
    assert headline(judgement) == ("effect is wrong", "critical")


def test_the_worst_stands_on_top_and_proofs_before_hints(judged: Any) -> None:
    judgement = judged(
        made("a", severity="note"),
        made("b", severity="warning", kind="hint"),
        made("c", severity="warning", kind="strong"),
        made("d", severity="warning"),
        made("e", kind="hint"),
    )
    assert [rule for rule, _ in places(judgement)] == ["e", "d", "c", "b", "a"]


@pytest.mark.parametrize("kind", ["proof", "strong"])
def test_a_hint_explains_no_more_than_hints(judged: Any, kind: Kind) -> None:
    cause = made("cause", kind="hint", explains=("effect",))
    assert places(judged(cause, made("effect", kind="hint"))) == [
        ("cause", ""),
        ("effect", "cause"),
    ]
    assert places(judged(cause, made("effect", kind=kind))) == [("effect", ""), ("cause", "")]


def test_a_hint_may_explain_the_gap_to_simple_models(judged: Any) -> None:
    cause = made("cause", severity="warning", kind="hint", explains=("below-simple-models",))
    gap = made("below-simple-models", severity="warning", kind="proof")
    assert places(judged(gap, cause)) == [("cause", ""), ("below-simple-models", "cause")]


@pytest.mark.parametrize(
    ("explains", "severity"),
    [
        pytest.param(("symptom", "other"), "note", id="the same consequence"),
        pytest.param(("something",), "warning", id="another one"),
        pytest.param((), "warning", id="none"),
    ],
)
def test_a_hint_is_a_note_beside_a_proof_of_the_same(
    judged: Any, explains: tuple[str, ...], severity: Severity
) -> None:
    proof = made("proof", explains=explains)
    hint = made("hint", severity="warning", kind="hint", explains=("symptom",))
    findings = {finding.rule: finding for finding in judged(proof, hint).findings}
    assert findings["hint"].severity == severity


def test_of_several_causes_the_first_in_the_chain_is_named(judged: Any) -> None:
    judgement = judged(
        made("scale", severity="warning", explains=("rate", "dead", "flat")),
        made("rate", explains=("dead", "flat")),
        made("dead", severity="warning", explains=("flat",)),
        made("flat", severity="warning"),
    )
    assert dict(places(judgement)) == {
        "scale": "",
        "rate": "scale",
        "dead": "scale",
        "flat": "scale",
    }


def test_of_two_that_explain_each_other_one_stays_on_top(judged: Any) -> None:
    judgement = judged(made("a", explains=("b",)), made("b", explains=("a",)))
    assert sorted(because for _, because in places(judgement)).count("") == 1
    assert len(judgement.findings) == 2


def test_in_a_longer_circle_one_stays_on_top(judged: Any) -> None:
    judgement = judged(
        made("a", explains=("b",)), made("b", explains=("c",)), made("c", explains=("a",))
    )
    causes = dict(places(judgement))
    for rule_name in causes:
        seen = set()
        name = rule_name
        while causes[name]:
            assert name not in seen
            seen.add(name)
            name = causes[name]


def test_a_rule_does_not_explain_itself(judged: Any) -> None:
    assert places(judged(made("a", explains=("a",)))) == [("a", "")]


def test_the_worst_cause_is_named(judged: Any) -> None:
    judgement = judged(
        made("effect", severity="note"),
        made("weak", severity="warning", explains=("effect",)),
        made("grave", explains=("effect",)),
    )
    assert ("effect", "grave") in places(judgement)


@pytest.mark.parametrize(
    ("choice", "source", "asked"),
    [
        pytest.param(Choice(), "", ["one", "two"], id="all"),
        pytest.param(Choice(only=("two",)), "", ["two"], id="only"),
        pytest.param(Choice(ignore=("two",)), "", ["one"], id="ignore"),
        pytest.param(Choice(only=("two",), ignore=("two",)), "", [], id="ignore wins"),
        pytest.param(Choice(), "x = 1  # nbdoctor: allow one", ["two"], id="allowed"),
        pytest.param(Choice(), "#nbdoctor:allow one, two", [], id="both allowed"),
        pytest.param(Choice(), "# nbdoctor: allow one\n# two", ["two"], id="of one line"),
        pytest.param(Choice(), "# allow one", ["one", "two"], id="not meant for us"),
    ],
)
def test_rules_are_chosen(judged: Any, choice: Choice, source: str, asked: list[str]) -> None:
    judgement = judged(made("one"), made("two"), choice=choice, source=source)
    assert [finding.rule for finding in judgement.findings] == asked


def test_a_threshold_of_the_user_is_for_one_rule(judged: Any) -> None:
    choice = Choice(settings={("one", "above"): 2.0})
    judgement = judged(made("one"), made("two"), choice=choice)
    assert [finding.rule for finding in judgement.findings] == ["two"]
    assert judgement.held == (PassedCheck(rule="one", says="one is right"),)


def test_what_was_not_judged_says_why(judged: Any) -> None:
    @rule(family="model", severity="note", kind="hint", holds="it holds")
    def picky(number: Number) -> Iterator[Finding]:
        message = f"{number.value:g} is no number for it"
        raise DoesNotApplyError(message)
        yield

    rules = (made("one"), picky)
    assert judged(*rules).not_run == (
        NotRun(rule="picky", reason="1 is no number for it", kind="does not apply"),
    )
    judgement = judged(
        *rules, readings={}, missing={Number: not_measured("the first step raises ValueError")}
    )
    assert {one.reason for one in judgement.not_run} == {"the first step raises ValueError"}
    assert {one.reason for one in judged(*rules, readings={}).not_run} == {
        "no number could be read"
    }
    assert headline(judgement) == ("Nothing could be examined", "unknown")


@pytest.mark.parametrize(
    ("gated", "parts", "holds"),
    [
        pytest.param(True, ("labels",), False, id="harm of the part that is blamed"),
        pytest.param(False, ("labels",), True, id="a fact about it"),
        pytest.param(True, ("inputs", "optimizer"), True, id="harm of others"),
    ],
)
def test_no_part_is_said_to_do_no_harm_that_the_experiment_blames(
    judged: Any, *, gated: bool, parts: tuple[PartName, ...], holds: bool
) -> None:
    @rule(
        family="labels", severity="warning", kind="hint", holds="They do no harm",
        gated=gated, parts=parts,
    )  # fmt: skip
    def harmless(_number: Number) -> Iterator[Finding]:
        yield from ()

    part = TriedPart(name="labels", words="the labels", reference="standardised labels")
    tried = TriedParts(outcome="part", blamed=("labels",), parts={"labels": part})
    judgement = judged(harmless, readings={**SICK, TriedParts: tried})
    assert len(judgement.held) == holds
    said = ["the fault is in the labels" in one.reason for one in judgement.not_run]
    assert said == [True] * (not holds)


def test_a_fault_of_a_rule_costs_the_others_nothing(judged: Any) -> None:
    @rule(family="model", severity="note", kind="hint", holds="it holds")
    def broken(number: Number) -> Iterator[Finding]:
        yield Finding(title="half", says="done")
        raise ZeroDivisionError(number)

    judgement = judged(broken, made("other"))
    assert [finding.rule for finding in judgement.findings] == ["other"]
    (fault,) = judgement.faults
    assert fault.part == "rule broken"
    assert fault.message.startswith("ZeroDivisionError: ")


def test_a_fault_of_a_treatment_is_a_fault_of_its_rule(judged: Any) -> None:
    broken = made("broken")
    broken.treatment("Cure it", effect="none")(lambda *_: {}["none"])
    judgement = judged(broken)
    assert judgement.findings == ()
    assert judgement.faults[0].message.startswith("KeyError")


def test_treatments_are_those_of_the_finding(judged: Any) -> None:
    one, two = made("one"), made("two")
    one.treatment("Cure it", effect="model")(lambda _, cell: Cell(cell.source + "\ny = 2"))
    judgement = judged(one, two, source="x = 1")
    cures = {finding.rule: finding.treatments for finding in judgement.findings}
    assert cures["one"][0].patched == "x = 1\ny = 2"
    assert cures["one"][0].diff.endswith("+y = 2")
    assert cures["two"] == ()


SOURCE = Source(
    calls=(
        Call(name="Dense", callee="Dense", line=2),
        Call(
            name="compile",
            callee="m.compile",
            line=4,
            arguments=(Argument(name="loss", text="'mse'", line=5),),
        ),
    ),
    defines=(DataVariable(name="x", line=1, shape=(3,), dtype="float32"),),
)
LAYERS = Layers(
    model="m",
    layers=(Layer(name="dense", kind="Dense", line=2), Layer(name="lost", kind="Dense")),
    trainable=1,
    total=1,
)


@pytest.mark.parametrize(
    ("where", "line"),
    [
        pytest.param(Where(layer="dense"), 2, id="of the layer"),
        pytest.param(Where(layer="dense", call="compile"), 2, id="the layer before the call"),
        pytest.param(Where(layer="lost", call="compile"), 4, id="else of the call"),
        pytest.param(Where(call="compile", argument="loss"), 5, id="of the argument"),
        pytest.param(Where(call="compile", argument="metrics"), 4, id="argument not written"),
        pytest.param(Where(call="fit", variable="x"), 1, id="of the variable"),
        pytest.param(Where(variable="y"), None, id="defined elsewhere"),
        pytest.param(Where(), None, id="no place"),
        pytest.param(Where(layer="dense", line=9), 9, id="of the rule itself"),
    ],
)
def test_a_finding_gets_its_line(judged: Any, where: Where, line: int | None) -> None:
    readings = {**SICK, Source: SOURCE, Layers: LAYERS}
    (finding,) = judged(made("a", where=where), readings=readings).findings
    assert finding.where.line == line


def test_without_a_cell_there_are_no_lines(judged: Any) -> None:
    (finding,) = judged(made("a", where=Where(call="compile"))).findings
    assert finding.where.line is None


def test_a_clean_bill_counts_the_checks(judged: Any) -> None:
    judgement = judged(made("a"), made("b"), readings={Number: Number(-1.0)})
    assert headline(judgement) == ("No problem found by 2 checks", "healthy")


LEFT_OUT = NotRun(rule="c", reason="the time was over", kind="not measured")


@pytest.mark.parametrize(
    ("changes", "is_over", "attained", "expected"),
    [
        pytest.param({}, True, None, ("No problem found by 2 checks", "healthy"), id="all"),
        pytest.param(
            {"not_run": (LEFT_OUT,)},
            True,
            None,
            ("Nothing found in what could be examined (2 of 3 checks)", "unknown"),
            id="one was left out",
        ),
        pytest.param(
            {"not_run": (LEFT_OUT,)},
            False,
            None,
            ("No problem found by 2 checks", "healthy"),
            id="it is yet to come",
        ),
        pytest.param(
            {"not_run": (replace(LEFT_OUT, kind="does not apply"),)},
            True,
            None,
            ("No problem found by 2 checks", "healthy"),
            id="what does not apply is no omission",
        ),
        pytest.param(
            {"not_run": (replace(LEFT_OUT, kind="too early"),)},
            True,
            None,
            ("No problem found by 2 checks", "healthy"),
            id="no training was asked for",
        ),
        pytest.param(
            {"faults": (Fault(part="rule c", message="ZeroDivisionError"),)},
            True,
            None,
            ("Nothing found in what could be examined (2 of 3 checks)", "unknown"),
            id="a fault of ours",
        ),
        pytest.param(
            {},
            True,
            Attained(kind="classes", score=0.03, rows=400, counted=400.0),
            ("No cause found, but the model predicts hardly better than a constant", "unknown"),
            id="it has learned nothing",
        ),
        pytest.param(
            {},
            True,
            Attained(kind="numbers", score=0.6, rows=10, counted=10.0),
            (
                "No problem found, but 10 training rows tell too little of how well the model does",
                "unknown",
            ),
            id="a middling score on few rows may be chance",
        ),
        pytest.param(
            {},
            True,
            Attained(kind="numbers", score=0.99, rows=7, counted=7.0),
            ("No problem found by 2 checks", "healthy"),
            id="it has learned all of the few rows",
        ),
    ],
)
def test_healthy_is_said_where_nothing_was_left_out(
    judged: Any,
    changes: dict[str, Any],
    is_over: bool,
    attained: Attained | None,
    expected: tuple[str, str],
) -> None:
    judgement = judged(made("a"), made("b"), readings={Number: Number(-1.0)})
    found = headline(replace(judgement, **changes), is_over=is_over, attained=attained)
    assert found == expected


def test_a_gap_is_explained_by_whatever_is_proved(judged: Any) -> None:
    gap = made("below_simple_models", severity="warning")
    cause = made("cause", severity="warning", explains=("baseline-not-beaten",))
    metric = made("metric", severity="warning")
    assert ("below-simple-models", "cause") in places(judged(gap, cause))
    assert ("below-simple-models", "") in places(judged(gap, metric))


def test_one_class_everywhere_is_a_cause_where_nothing_else_is_found(judged: Any) -> None:
    gap = made("below_simple_models", severity="warning")
    collapse = made("one_class_everywhere", severity="warning", explains=("below-simple-models",))
    cause = made("cause", explains=("baseline-not-beaten",))
    assert ("one-class-everywhere", "") in places(judged(gap, collapse))
    assert ("below-simple-models", "one-class-everywhere") in places(judged(gap, collapse))
    assert ("one-class-everywhere", "cause") in places(judged(gap, collapse, cause))


def critical(rule: str) -> Finding:
    return Finding(title=rule, says="", severity="critical", kind="proof", rule=rule)


def offered(effect: Effect) -> Treatment:
    return Treatment(title="a", text="b", effect=effect)


def test_what_only_reports_comes_after_what_keeps_the_model_from_learning() -> None:
    metric, head = critical("accuracy-on-regression"), critical("target-out-of-reach")
    treatments = {
        id(metric): (offered("none"), offered("advice")),
        id(head): (offered("model"), offered("advice")),
    }
    ordered = [one.rule for one in judging._grouped([metric, head], treatments)]
    assert ordered == ["target-out-of-reach", "accuracy-on-regression"]
    alone = {id(metric): (offered("advice"),), id(head): (offered("model"),)}
    assert [one.rule for one in judging._grouped([metric, head], alone)] == [metric.rule, head.rule]
