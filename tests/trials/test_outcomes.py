"""What the scores of copies prove, with copies that were never trained."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nbdoctor.trials import outcomes
from nbdoctor.trials.outcomes import compared, comparison_of, trains_now
from nbdoctor.trials.score import Metric

CLASSES, NUMBERS = Metric("classes", "accuracy", 0.5), Metric("numbers", "R²", 0.0)
ROWS = 10


def arm(labels: Any = (0, 1), by: Metric = CLASSES, **known: Any) -> Any:
    return SimpleNamespace(
        **{"labels": np.array(labels), "by": by, "is_held_out": True, "steps": 100} | known
    )


@pytest.fixture(autouse=True)
def _judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "judged_rows", lambda one: one.labels)
    monkeypatch.setattr(outcomes, "metric_of", lambda labels, *arms: _by(labels, arms))
    monkeypatch.setattr(outcomes, "row_scores", lambda _by, _labels, _arm, scores: scores)


def _by(labels: Any, arms: Any) -> Metric:
    return next(one.by for one in arms if np.array_equal(one.labels, labels))


def scores(*shares: float) -> list[Any]:
    """Hits of all rows, along a training."""
    return [(np.arange(ROWS) < share * ROWS).astype(float) for share in shares]


PAIRS = [(scores(0.1, 0.3), scores(0.2, 0.9)), (scores(0.1, 0.4), scores(0.3, 0.9)),
         (scores(0.0, 0.2), scores(0.2, 1.0))]  # fmt: skip


def test_pairs_are_compared_at_the_end_of_their_training() -> None:
    of = comparison_of(PAIRS, arm())
    assert of.before.mean(axis=1).tolist() == pytest.approx([0.3, 0.4, 0.2])
    assert of.after.mean(axis=1).tolist() == pytest.approx([0.9, 0.9, 1.0])
    assert not of.of_all_rows
    assert comparison_of(PAIRS, arm(is_held_out=False)).of_all_rows


def test_a_trial_tells_what_it_rests_on() -> None:
    trial = compared(PAIRS, CLASSES, arm(), at=(0, 100))
    assert (trial.outcome, trial.score) == ("helps", "accuracy")
    assert (trial.before, trial.after) == (pytest.approx(0.3), pytest.approx(2.8 / 3))
    assert trial.low is not None
    assert trial.high is not None
    assert 0 < trial.low < trial.after - trial.before < trial.high
    assert (trial.seeds, trial.agreeing, trial.rows, trial.steps) == (3, 3, ROWS, 100)
    assert trial.held_out
    assert trial.at == (0, 100)
    assert trial.as_it_is == pytest.approx((0.2 / 3, 0.3))
    assert trial.treated == pytest.approx((0.7 / 3, 2.8 / 3))


def test_seeds_that_go_the_other_way_do_not_agree() -> None:
    pairs = [*PAIRS, (scores(0.9, 0.9), scores(0.1, 0.1))]
    assert compared(pairs, CLASSES, arm(), at=(0, 100)).agreeing == 3


def trained(*runs: Any) -> Any:
    return arm(list(range(ROWS)), run=lambda seed: runs[seed], at=(0, 100))


def test_a_cell_that_raised_and_trains_now_was_helped() -> None:
    runs = [SimpleNamespace(finite=True, predictions=scores(0.1, share)) for share in (0.6, 0.8)]
    trial = trains_now(trained(*runs), 2)
    assert (trial.outcome, trial.before, trial.after) == ("helps", None, pytest.approx(0.7))
    assert (trial.seeds, trial.agreeing, trial.rows) == (2, 2, ROWS)
    assert trial.as_it_is == ()
    assert trial.treated == pytest.approx((0.1, 0.7))


def test_it_was_not_where_a_loss_is_not_finite() -> None:
    runs = [SimpleNamespace(finite=one, predictions=scores(0.1, 0.6)) for one in (True, False)]
    trial = trains_now(trained(*runs), 2)
    assert (trial.outcome, trial.reason) == ("no effect", "the loss is NaN or infinite")
    assert trial.after is None
