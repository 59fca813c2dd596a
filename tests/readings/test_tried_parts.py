import pytest

from nbdoctor.readings.collection import Readings
from nbdoctor.readings.reading import Moment
from nbdoctor.readings.tried_parts import Experiment, TriedParts
from nbdoctor.report import Report
from tests.tried import BOTH, OPTIMIZER, OWN_LOOP, experiment, run


def test_a_part_alone_is_judged_by_the_share_of_the_gap_that_it_closes() -> None:
    assert OPTIMIZER.closed("optimizer") == pytest.approx((0.95 - 0.12) / (0.98 - 0.12))
    assert OPTIMIZER.closed("inputs") == pytest.approx(0.01 / 0.86)
    assert OPTIMIZER.closed("regularisation") is None


def test_seeds_count_alike() -> None:
    two = experiment({}, runs=(run("inputs", 0.2), run("inputs", 0.4, seed=1), run("", 0.0)))
    assert two.score_of({"inputs"}) == pytest.approx(0.3)


def test_what_is_replaced_in_every_run_counts_for_none() -> None:
    assert OWN_LOOP.aside == {"loop"}
    assert OWN_LOOP.score_of({"inputs"}) == 1.0
    assert OWN_LOOP.score_of(()) == 1.0
    assert OPTIMIZER.aside == frozenset()
    first = experiment({"inputs loop": 0.9}, loop_stood_aside=True)
    assert first.aside == {"loop"}, "one training does not tell what is replaced in all"


def test_scores_below_a_constant_count_as_one() -> None:
    bad = experiment(
        {"": -1.0, "inputs": -0.5}, outcome="part", control=-1.0, recorded=-0.4, reference=0.8
    )
    assert bad.low == 0.0
    assert bad.closed("inputs") == 0.0


def test_it_is_taken_when_it_is_made() -> None:
    readings = Readings()
    assert readings.missing[TriedParts].kind == "too early"
    readings.take(Moment.PARTS_TRIED, {Experiment: Experiment(lambda: BOTH)})
    assert readings.get(TriedParts) == BOTH


@pytest.mark.parametrize("tried", [OPTIMIZER, BOTH, OWN_LOOP])
def test_a_report_holds_it(tried: TriedParts) -> None:
    report = Report(headline="A", verdict="warning", readings={"TriedParts": tried})
    assert Report.from_json(report.to_json()).readings["TriedParts"] == tried
