from __future__ import annotations

from dataclasses import replace

import pytest

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.collection import Fault
from nbdoctor.readings.crash import Crash
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.report import Checksum, Diagnosis, NotRun, PassedCheck, Report, Treatment
from nbdoctor.view.blocks import Card, Chart, Items, Muted, Section, Table, Text
from nbdoctor.view.document import Document, document
from tests.view import patients
from tests.view.random_pictures import random_pictures

TABS = ["Findings", "Inputs", "Labels", "Architecture", "Gradients", "Activations", "Loss"]
TABS += ["Predictions", "Timing", "Checks"]


def tab(of: Document, title: str) -> Section:
    return next(section for section in of.sections if section.title == title)


def told(of: Document, title: str) -> str:
    """Everything that a tab says, tables and lists included."""
    return str(tab(of, title).blocks)


@pytest.mark.parametrize("patient", [patients.sick, patients.healthy, patients.bare])
def test_the_tabs_are_always_the_same(patient: object) -> None:
    assert callable(patient)
    assert [section.title for section in document(patient(), {}).sections] == TABS


def test_the_summary_counts_and_says_how() -> None:
    assert document(patients.sick(), {}).summary == (
        "1 critical, 1 warning, 1 consequence · 5 checks passed · 3 do not apply · "
        "8 batches of your data (32 rows each) examined on CPU in 0.42 s"
    )


def test_batches_of_different_sizes_are_told_as_a_sum() -> None:
    uneven = replace(patients.sick(), rows=250)
    assert "8 batches of your data (250 rows)" in document(uneven, {}).summary


def test_a_single_batch_is_told_by_its_rows() -> None:
    one = replace(patients.sick(), batches=1, rows=32)
    assert "1 batch of your data (32 rows) examined on CPU in 0.42 s" in document(one, {}).summary


def test_a_healthy_model_gets_one_calm_line() -> None:
    of = document(patients.healthy(), {})
    assert of.headline == "No problem found by 5 checks (3 do not apply)"
    assert of.summary.startswith("This does not prove that the model is right")
    assert isinstance(of.sections[0].blocks[0], Text)


def test_while_looking_nothing_is_promised() -> None:
    report = replace(patients.healthy(), stage="looking")
    of = document(report, {})
    assert "so far" in of.headline
    assert isinstance(of.sections[0].blocks[0], Muted)
    assert "Charts follow when training ends or pauses" in told(of, "Gradients")


def test_charts_that_are_drawn_take_the_place_of_the_promise() -> None:
    chart = Chart(name="gradients", title="t", description="d", svg="<svg/>")
    of = document(replace(patients.sick(), stage="training"), {"gradients": chart})
    blocks = tab(of, "Gradients").blocks
    assert chart in blocks
    assert "Charts follow" not in str(blocks)


PROOF = {"before": "1a2b3c4d", "after": "1a2b3c4d"}


@pytest.mark.parametrize(
    ("checksum", "words"),
    [
        (Checksum(), "it is not proved"),
        (Checksum(before="1a2b3c4d", after="9f9f9f9f"), "was 1a2b3c before and 9f9f9f after"),
        (Checksum(**PROOF), "not touched: checksum 1a2b3c before and after."),
        (
            Checksum(**PROOF, rehearsed_loss=2.3125, real_loss=2.3125),
            "on copies, 2.3125, is exactly that of the real one",
        ),
        (
            Checksum(**PROOF, rehearsed_loss=2.31251, real_loss=2.31252),
            "on copies, 2.31251, equals that of the real one, 2.31252, to 5 digits",
        ),
        (
            Checksum(**PROOF, rehearsed_loss=2.3, real_loss=0.2),
            "was 2.30 on copies and 0.2 in training",
        ),
        (
            Checksum(**PROOF, rehearsed_loss=float("nan"), real_loss=float("nan")),
            "on copies, NaN, is exactly that of the real one",
        ),
    ],
)
def test_the_footer_claims_what_was_proved_and_no_more(checksum: Checksum, words: str) -> None:
    assert words in document(replace(patients.sick(), checksum=checksum), {}).footer


def test_a_changed_checksum_is_never_called_untouched() -> None:
    report = replace(patients.sick(), checksum=Checksum(before="a", after="b"))
    assert "not touched: checksum" not in document(report, {}).footer


def test_a_consequence_lies_inside_its_cause() -> None:
    cards = document(patients.sick(), {}).sections[0].blocks
    first, second = (card for card in cards if isinstance(card, Card))
    assert [card.rule for card in first.consequences] == ["loss-stands-still"]
    assert second.rule == "unscaled-inputs"


def test_a_consequence_offers_nothing_where_its_cause_does_unless_it_has_helped() -> None:
    report = patients.sick()
    cause, consequence, _ = report.findings
    (cure, advice) = cause.treatments

    def shown(*findings: Diagnosis) -> int:
        blocks = document(replace(report, findings=findings), {}).sections[0].blocks
        (card,) = (block for block in blocks if isinstance(block, Card))
        return len(card.consequences[0].treatments)

    contrary = replace(consequence, treatments=(advice,))
    helpful = replace(consequence, treatments=(cure, advice))
    assert shown(cause, contrary) == 0
    assert shown(replace(cause, treatments=()), contrary) == 1
    assert shown(cause, helpful) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"kind": "proof"}, "proved", id="proof"),
        pytest.param({"kind": "strong"}, "strong evidence", id="strong"),
        pytest.param({"kind": "hint"}, "suspected", id="hint"),
        pytest.param({"kind": "strong", "standing": "suspected"}, "suspected", id="before the end"),
        pytest.param({"kind": "proof", "standing": "withdrawn"}, "withdrawn", id="no harm"),
    ],
)
def test_a_card_says_how_sure_it_is(changes: dict[str, str], words: str) -> None:
    finding = replace(patients.sick().findings[0], treatments=(), **changes)
    report = replace(patients.sick(), findings=(finding,))
    (card,) = (one for one in document(report, {}).sections[0].blocks if isinstance(one, Card))
    assert card.evidence == words
    assert f"[Critical, {words}]" in str(report)


def test_a_trial_of_one_change_confirms_and_one_of_several_does_not() -> None:
    finding = patients.sick().findings[0]
    cure = finding.treatments[0]

    def evidence(treatment: Treatment) -> str:
        report = replace(patients.sick(), findings=(replace(finding, treatments=(treatment,)),))
        blocks = document(report, {}).sections[0].blocks
        (card,) = (one for one in blocks if isinstance(one, Card))
        return card.evidence

    assert evidence(cure) == "confirmed by a trial"
    assert evidence(replace(cure, pair=True)) == "strong evidence"
    assert evidence(replace(cure, trial=patients.IN_VAIN)) == "strong evidence"


def test_findings_that_explain_each_other_are_both_shown() -> None:
    one, other, _ = patients.sick().findings
    circle = (replace(one, because_of=other.rule), replace(other, because_of=one.rule))
    blocks = document(replace(patients.sick(), findings=circle), {}).sections[0].blocks
    assert [block.rule for block in blocks if isinstance(block, Card)] == [one.rule, other.rule]


def test_a_chain_of_consequences_loses_none() -> None:
    one, two, three = patients.sick().findings
    chain = (one, replace(two, because_of=one.rule), replace(three, because_of=two.rule))
    shown = document(replace(patients.sick(), findings=chain, fix=None), {}).sections[0].blocks
    (card,) = [block for block in shown if isinstance(block, Card)]
    assert isinstance(card, Card)
    assert [inner.rule for inner in card.consequences] == [two.rule, three.rule]


def test_measured_and_expected_stand_side_by_side() -> None:
    card = next(
        block
        for block in document(patients.sick(), {}).sections[0].blocks
        if isinstance(block, Card)
    )
    assert card.measures[0] == ("first over last", "3.1e-5", "above 1e-4")


@pytest.mark.parametrize("title", TABS[1:8])
def test_a_missing_reading_is_called_not_measured(title: str) -> None:
    assert "not measured" in told(document(patients.bare(), {}), title)


def test_a_missing_reading_says_why_when_its_probe_failed() -> None:
    assert "ResourceExhaustedError" in told(document(patients.bare(), {}), "Gradients")


def test_a_missing_reading_says_why_when_a_rule_knows() -> None:
    report = replace(
        patients.bare(), not_run=(NotRun(rule="constant-inputs", reason="the stream ended"),)
    )
    assert "The reason: the stream ended." in told(document(report, {}), "Inputs")


def test_a_missing_reading_names_the_error_that_ended_the_cell() -> None:
    crash = Crash(type="ValueError", message="shapes differ", phase="fitting")
    report = Report(headline="h", verdict="critical", readings={"Crash": crash})
    assert "The cell raised `ValueError` before that." in told(document(report, {}), "Loss")
    assert document(report, {}).footer == ""


def test_a_fault_is_one_line() -> None:
    fault = Fault(part="rule dead-units", message="ValueError: first\nsecond " + "x" * 900)
    of = document(Report(headline="h", verdict="unknown", faults=(fault,)), {})
    blocks = tab(of, "Checks").blocks
    (items,) = (block for block in blocks if isinstance(block, Items))
    assert items.items[0].startswith("rule dead-units: ValueError: first second")
    assert "\n" not in items.items[0]
    assert len(items.items[0]) < 400


def test_what_does_not_apply_is_apart_from_what_could_not_be_examined() -> None:
    said = told(document(patients.bare(), {}), "Checks")
    assert "Could not be examined: 3" in said
    assert "Does not apply" not in said


def test_every_row_of_a_table_is_as_wide_as_its_header() -> None:
    for patient in (patients.sick(), random_pictures(), patients.vast()):
        for section in document(patient, {}).sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    assert {len(row) for row in block.rows} == {len(block.header)}, block.caption


def test_a_small_gradient_that_the_optimizer_makes_up_for_is_explained() -> None:
    report = patients.sick()
    held = PassedCheck(rule="vanishing-gradient", says="the optimizer moves every layer")
    words = "The gradient is small at `dense_0`. That is no problem here"
    assert words in told(document(replace(report, findings=(), held=(held,)), {}), "Gradients")
    assert words not in told(document(report, {}), "Gradients")


def test_a_vast_model_is_grouped_by_block() -> None:
    section = tab(document(patients.vast(), {}), "Gradients")
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    assert len(table.rows) == 20
    assert "block_0 (6 layers)" in table.rows[0][0]


def test_the_loss_before_the_first_step_is_said_in_sentences() -> None:
    first, numbers, *_ = tab(document(patients.sick(), {}), "Loss").blocks
    assert isinstance(first, Text)
    assert first.text == (
        "Before the first step the loss is 2.41 (32 rows). An untrained model with this output "
        "layer usually starts at about 2.30. Always predicting the same, at best, gives 2.30: only "
        "below that has a model learned from its inputs."
    )
    assert isinstance(numbers, Table)
    assert (numbers.folded, numbers.fold_title) == (True, "Numbers")


def test_the_loss_tab_sets_the_rehearsed_loss_beside_the_real_one() -> None:
    said = told(document(patients.sick(), {}), "Loss")
    for name in ("reported", "recomputed", "best constant", "on copies", "first step"):
        assert f"('{name}', '2.3" in said or f"('{name}', '2.4" in said
    assert "SparseCategoricalAccuracy" in said


def test_an_unknown_epoch_length_explains_the_progress_bar() -> None:
    said = told(document(random_pictures(), {}), "Timing")
    assert "no true time in epoch 1" in said


ATTAINED = Attained(
    kind="classes",
    score=0.41,
    ceiling=0.93,
    simple={"linear model": 0.6, "random trees": 0.93},
    rows=300,
    counted=300.0,
    held_out=True,
)


@pytest.mark.parametrize(
    ("attained", "summary", "remark"),
    [
        pytest.param(
            ATTAINED,
            "Your model reaches 0.41 on 300 validation rows, simple models 0.93 "
            "(0: best constant, 1: perfect)",
            "scored on rows that they have not seen",
            id="a gap",
        ),
        pytest.param(
            replace(ATTAINED, held_out=False),
            "Your model reaches 0.41 on 300 training rows",
            "says nothing about new rows",
            id="training rows",
        ),
        pytest.param(
            replace(ATTAINED, ceiling=0.3, simple={"linear model": 0.3}),
            "simple models 0.30, too little to prove anything",
            "too low to say anything about your model",
            id="a low ceiling",
        ),
        pytest.param(
            replace(ATTAINED, ceiling=None, simple={}, why_no_ceiling="9 rows are too few"),
            "Your model reaches 0.41 on 300 validation rows (0: best constant, 1: perfect)",
            "No simple model to compare with: 9 rows are too few",
            id="no ceiling",
        ),
        pytest.param(
            replace(ATTAINED, in_training_mode=True),
            "Your model reaches 0.41",
            "those of training mode",
            id="code of the user's",
        ),
    ],
)
def test_the_score_stands_in_the_summary_and_beside_the_labels(
    attained: Attained, summary: str, remark: str
) -> None:
    labels = Labels(targets=(Target(name="y", rows=900),))
    report = Report(
        headline="a", verdict="warning", readings={"Attained": attained, "Labels": labels}
    )
    drawn = document(report, {})
    assert summary in drawn.summary
    (section,) = [one for one in drawn.sections if one.title == "Labels"]
    table = next(
        one
        for one in section.blocks
        if isinstance(one, Table) and one.caption.startswith("What the trained model reaches")
    )
    assert table.rows[0] == ("your model", "0.41")
    assert [row[0] for row in table.rows[1:]] == list(attained.simple)
    assert any(remark in one.text for one in section.blocks if isinstance(one, Muted))
    for text in (report.to_markdown(), str(report)):
        assert "Your model reaches 0.41" in " ".join(text.split())


def test_what_was_examined_in_part_is_not_called_healthy() -> None:
    headline = "Nothing found in what could be examined (1 of 2 checks)"
    report = Report(
        headline=headline,
        verdict="unknown",
        held=(PassedCheck(rule="a", says="it holds"),),
        not_run=(NotRun(rule="b", reason="the time was over"),),
        notes=("Measured on the CPU.",),
    )
    drawn = document(report, {})
    assert (drawn.headline, drawn.verdict_word) == (headline, "No finding")
    assert "The tab Checks says what was left out" in told(drawn, "Findings")
    assert "1 could not be examined" in drawn.summary
