from dataclasses import replace
from typing import Any

import pytest

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.missing import Missing, not_measured
from nbdoctor.readings.modes import Modes
from nbdoctor.report import Diagnosis, Fix, Outcome, Treatment, Trial, Where
from nbdoctor.rules.rule import Finding, Severity
from nbdoctor.rules.treatment import Role
from nbdoctor.session.gate import (
    GAP,
    MENDED,
    NOT_HELPED,
    NOT_SHOWN,
    NOT_TRIED,
    POSSIBLE,
    SUSPECTED,
    UNEXPLAINED,
    after_trials,
    explains,
    gated,
    told,
)

CLAIM = Finding(
    title="Units are dead",
    says="They are.",
    severity="critical",
    kind="strong",
    rule="dead-units",
    gated=True,
)
CLOSE = Attained(kind="classes", score=0.9, ceiling=0.95, rows=400, counted=400.0, held_out=True)
EARLY = {Attained: Missing(kind="too early", reason="no `fit` has ended")}


@pytest.mark.parametrize(
    ("training", "inference", "standing"),
    [
        pytest.param(0.1, 2.2, "withdrawn", id="learned, and averages lag"),
        pytest.param(0.9, 2.2, "confirmed", id="not learned"),
        pytest.param(0.1, 0.15, "confirmed", id="averages do not lag"),
    ],
)
def test_a_model_that_has_learned_in_training_mode(
    training: float, inference: float, standing: str
) -> None:
    modes = Modes(rows=240, loss_training=training, loss_inference=inference)
    loss = LossAtInit(reported=1.2, rehearsed=1.2, penalty=0.0, data=1.2, baseline=1.1)
    gap = replace(CLOSE, score=0.1)
    found = gated(CLAIM, {Attained: gap, Modes: modes, LossAtInit: loss}, {})
    assert found.standing == standing
    if standing == "withdrawn":
        assert "in training mode the loss of 240 training rows is 0.1" in found.says


def test_before_training_has_ended_a_claim_is_suspected() -> None:
    found = gated(CLAIM, {}, EARLY)
    assert (found.standing, found.severity) == ("suspected", "critical")
    assert found.says == f"They are. {SUSPECTED}"


@pytest.mark.parametrize(
    ("attained", "standing", "severity"),
    [
        pytest.param(CLOSE, "withdrawn", "note", id="close"),
        pytest.param(replace(CLOSE, score=1.0), "withdrawn", "note", id="better"),
        pytest.param(replace(CLOSE, score=0.4), "confirmed", "critical", id="a gap"),
        pytest.param(replace(CLOSE, ceiling=0.49, score=0.0), "", "critical", id="a low ceiling"),
        pytest.param(replace(CLOSE, ceiling=None), "", "critical", id="no ceiling"),
    ],
)
def test_afterwards_the_score_decides(attained: Attained, standing: str, severity: str) -> None:
    found = gated(CLAIM, {Attained: attained}, {})
    assert (found.standing, found.severity) == (standing, severity)
    if standing == "withdrawn":
        assert "did no harm that the score shows" in found.says
        assert "on 400 validation rows, simple models 0.95" in found.says


@pytest.mark.parametrize(
    ("score", "rows", "standing"),
    [
        pytest.param(0.93, 1800, "withdrawn", id="about as good"),
        pytest.param(0.88, 1800, "", id="worse on rows that it knows"),
        pytest.param(0.79, 1800, "confirmed", id="a gap"),
        pytest.param(0.88, 100, "withdrawn", id="few rows"),
        pytest.param(0.80, 100, "", id="worse on a few rows"),
    ],
)
def test_of_rows_that_it_was_trained_on_more_is_expected(
    score: float, rows: int, standing: str
) -> None:
    known = replace(CLOSE, score=score, rows=rows, counted=float(rows), held_out=False)
    found = gated(CLAIM, {Attained: known}, {})
    assert found.standing == standing
    assert (found.severity == "note") is (standing == "withdrawn")


def test_few_rows_are_given_more_room() -> None:
    few = replace(CLOSE, score=0.5, counted=30.0)
    assert few.margin == pytest.approx(3 / 30**0.5)
    assert gated(CLAIM, {Attained: few}, {}).standing == "withdrawn"


@pytest.mark.parametrize(
    "missing", [{}, {Attained: not_measured("your own code would have to run again")}]
)
def test_without_a_score_nothing_is_said(missing: dict[type, Missing]) -> None:
    assert gated(CLAIM, {}, missing) == CLAIM


def test_what_claims_nothing_of_learning_is_left_alone() -> None:
    other = replace(CLAIM, gated=False)
    assert gated(other, {Attained: CLOSE}, {}) == other
    assert gated(other, {}, EARLY) == other


def of(rule: str, **changes: Any) -> Diagnosis:
    return Diagnosis(
        **{
            "rule": rule,
            "severity": "warning",
            "kind": "strong",
            "title": rule,
            "says": f"{rule}.",
            "where": Where(),
            **changes,
        }
    )


def treated(outcome: Outcome | None, role: Role = "") -> Treatment:
    trial = Trial(outcome=outcome)
    return Treatment(title="a", text="b", effect="training", trial=trial, role=role)


@pytest.mark.parametrize(
    ("because", "cause", "unexplained"),
    [
        pytest.param("", "warning", True, id="no cause"),
        pytest.param("dead-units", "warning", False, id="a cause"),
        pytest.param("dead-units", "note", True, id="a cause that is but a note"),
    ],
)
def test_a_gap_says_whether_a_cause_is_known(
    because: str, cause: Severity, unexplained: bool
) -> None:
    gap = of(GAP, because_of=because)
    *_, found = told([of("dead-units", severity=cause), gap])
    assert (UNEXPLAINED in found.says) is unexplained
    assert (found.because_of == "") is unexplained
    assert told(told([gap])) == told([gap]), "it is said once"


def test_a_hint_may_be_the_cause_of_a_gap() -> None:
    hint = of("unscaled-inputs", kind="hint")
    *_, found = told([hint, of(GAP)])
    assert POSSIBLE in found.says
    *_, found = told([replace(hint, severity="note"), found])
    assert (POSSIBLE in found.says, UNEXPLAINED in found.says) == (False, True)


def test_a_note_may_be_the_cause_of_a_gap() -> None:
    note = of("stale-batch-statistics", severity="note", explains=(GAP,))
    *_, found = told([note, of(GAP)])
    assert found.says.endswith("noted below, but not proved: `stale-batch-statistics`.")
    assert told(told([note, of(GAP)])) == told([note, of(GAP)]), "it is said once"
    for other in (
        replace(note, standing="withdrawn"),
        replace(note, kind="hint"),
        replace(note, explains=("overfit-to-training",)),
    ):
        *_, found = told([other, found])
        assert found.says.endswith(UNEXPLAINED)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, True, id="declared for another symptom"),
        pytest.param({"explains": ("too-few-steps",)}, False, id="explains no symptom"),
        pytest.param({"severity": "note"}, False, id="a note"),
        pytest.param({"kind": "hint"}, False, id="a hint"),
        pytest.param({"rule": "constant-predictions"}, False, id="itself a symptom"),
    ],
)
def test_what_is_proved_explains_every_symptom(changes: dict[str, Any], expected: bool) -> None:
    cause = replace(CLAIM, explains=("baseline-not-beaten",), rule="double-softmax")
    gap = replace(CLAIM, rule=GAP)
    assert explains(replace(cause, **changes), gap) is expected


def test_what_did_not_help_comes_after_the_others() -> None:
    first = of("dead-units", treatments=(treated("no effect"), treated("worse")))
    second = of("below-simple-models")
    note = of("squeezed-output", severity="note")
    found = after_trials([first, second, note], None)
    assert [one.rule for one in found] == ["below-simple-models", "dead-units", "squeezed-output"]
    assert found[1].severity == "warning"


@pytest.mark.parametrize("outcome", ["helps", "undecided", None])
def test_what_may_help_stays(outcome: Outcome | None) -> None:
    first = of("too-few-steps", treatments=(treated(outcome), treated("no effect")))
    if outcome is None:
        first = of("too-few-steps", treatments=(treated(None),))
    assert after_trials([first, of("below-simple-models")], None)[0] == first


def test_a_training_is_not_too_short_where_a_longer_one_did_not_help() -> None:
    short = of("too-few-steps", treatments=(treated("no effect", "train longer"),))
    gap = of(GAP, because_of="too-few-steps")
    first, second = after_trials([short, gap], None)
    assert (first.rule, second.rule) == (GAP, "too-few-steps")
    assert first.says.endswith(UNEXPLAINED)
    assert second.severity == "note"
    assert second.says.endswith(NOT_HELPED)


@pytest.mark.parametrize(
    ("outcome", "standing", "words"),
    [("undecided", "withdrawn", NOT_SHOWN), (None, "suspected", NOT_TRIED)],
)
def test_nor_is_it_where_no_longer_one_was_shown_to_help(
    outcome: Outcome | None, standing: str, words: str
) -> None:
    short = of("too-few-steps", treatments=(treated(outcome, "train longer"),))
    (found,) = after_trials([short], None)
    assert (found.severity, found.standing) == ("note", standing)
    assert found.says.endswith(words)


def test_a_consequence_that_a_trial_shows_to_be_the_cause_is_told_as_one() -> None:
    code = of("missing-value-code", treatments=(treated("no effect"),))
    scale = of("unscaled-inputs", because_of=code.rule, treatments=(treated("helps"),))
    gap = of(GAP, because_of=code.rule)
    found = after_trials([code, gap, scale], None)
    assert [(one.rule, one.because_of) for one in found] == [
        ("unscaled-inputs", ""),
        ("missing-value-code", ""),
        (GAP, "unscaled-inputs"),
    ]
    undecided = replace(code, treatments=(treated("undecided"),))
    assert after_trials([undecided, scale], None) == (undecided, scale)


def test_a_part_of_the_fix_has_helped() -> None:
    short = of("too-few-steps", treatments=(treated("no effect", "train longer"),))
    fix = Fix(rules=("too-few-steps",), treatment=treated("helps"))
    assert after_trials([short], fix) == (short,)


def test_a_gap_asks_for_a_cause_again_where_the_trial_of_its_cause_failed() -> None:
    code = of("missing-value-code", treatments=(treated("no effect"),))
    gap, _ = after_trials([code, of(GAP, because_of=code.rule)], None)
    assert (gap.rule, gap.because_of) == (GAP, "")
    assert gap.says.endswith(UNEXPLAINED)


def test_what_is_proved_stands_before_a_gap_that_its_cure_alone_did_not_close() -> None:
    fades = of("fading-signal", kind="strong", treatments=(treated("no effect"),))
    head = of("relu-classifier-head", kind="proof", treatments=(treated("no effect"),))
    gap = of(GAP, kind="strong", because_of=fades.rule)
    found = after_trials([fades, head, gap], None)
    assert [one.rule for one in found] == [head.rule, GAP, fades.rule]
    assert found[1].because_of == ""
    assert found[1].says.endswith(MENDED)
    assert after_trials(found, None) == found


def test_what_numbers_did_stands_below_the_cause_whose_cure_was_seen_to_end_it() -> None:
    broken = of("non-finite-loss", severity="critical")
    head = of("softmax-for-multilabel", severity="critical", treatments=(treated("helps"),))
    gap = of(GAP, because_of=broken.rule)
    cured = replace(treated("helps"), trial=Trial(outcome="helps", cleared=(broken.rule,)))
    found = after_trials([broken, head, gap], Fix(rules=(head.rule,), treatment=cured))
    assert [(one.rule, one.because_of) for one in found] == [
        (head.rule, ""),
        (broken.rule, head.rule),
        (GAP, head.rule),
    ]
    still = replace(cured, trial=Trial(outcome="helps"))
    found = after_trials([broken, head, gap], Fix(rules=(head.rule,), treatment=still))
    assert found[0].rule == broken.rule


def test_a_gap_goes_to_the_cause_that_helped() -> None:
    layers = of("stacked-linear-layers", kind="proof", treatments=(treated("no effect"),))
    scale = of("unscaled-targets", treatments=(treated("helps"),))
    found = after_trials([layers, scale, of(GAP, because_of=layers.rule)], None)
    assert [(one.rule, one.because_of) for one in found] == [
        (scale.rule, ""),
        (layers.rule, ""),
        (GAP, scale.rule),
    ]
    metric = of("accuracy-on-regression", treatments=(replace(treated("helps"), effect="none"),))
    found = after_trials([layers, metric, of(GAP, because_of=layers.rule)], None)
    assert found[-1].says.endswith(MENDED)
