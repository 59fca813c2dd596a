"""Which rows judge, and by which labels, with copies that were never trained."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nbdoctor.rules.treatment import Trial
from nbdoctor.trials import judging
from nbdoctor.trials.copying.case import Judging
from nbdoctor.trials.judging import (
    AS_USED,
    FEWER_CLASSES,
    ONE_CLASS,
    OWN_LABELS,
    Course,
    Judged,
    are_told_by,
    judged_alike,
)
from nbdoctor.trials.refusal import UntriedError
from nbdoctor.trials.score import Metric

CLASSES, NUMBERS = Metric("classes", "accuracy", 0.5), Metric("numbers", "R²", 0.0)
SEVEN = np.arange(70) % 7
MIXED = np.random.default_rng(0).permutation(SEVEN)


def recipe(*, whole: bool = False, restores_labels: bool = False) -> Any:
    plan = SimpleNamespace(whole=frozenset({1} if whole else ()))
    return SimpleNamespace(restores_labels=restores_labels, plan=plan)


def arm(labels: Any = (0, 1), by: Metric = CLASSES, width: int = 3, **known: Any) -> Any:
    rows = Judging(np.zeros((len(labels), width)), np.array(labels))
    return SimpleNamespace(
        **{"labels": np.array(labels), "by": by, "judging": rows, "recipe": recipe()} | known
    )


@pytest.fixture(autouse=True)
def _judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "judged_rows", lambda one: one.labels)
    monkeypatch.setattr(judging, "metric_of", lambda labels, *arms: _by(labels, arms))
    monkeypatch.setattr(judging, "row_scores", lambda _by, _labels, _arm, scores: scores)


def _by(labels: Any, arms: Any) -> Metric:
    return next(one.by for one in arms if np.array_equal(one.labels, labels))


def test_both_copies_are_judged_by_their_own_labels() -> None:
    judged = judged_alike(arm([1, 2]), arm([0, 1]))
    assert (judged.ours.tolist(), judged.theirs.tolist()) == ([1, 2], [0, 1])


def test_labels_as_they_were_are_true_of_both() -> None:
    restored = arm([0, 1], recipe=recipe(restores_labels=True))
    assert judged_alike(arm([1, 1]), restored).ours.tolist() == [0, 1]


def test_labels_that_are_only_renamed_are_judged_as_the_new_ones() -> None:
    judged = judged_alike(arm([0.2, 0.7, 0.2], NUMBERS), arm([0, 1, 0]))
    assert judged.by is CLASSES
    assert judged.ours.tolist() == [0, 1, 0]


def test_labels_with_nothing_in_common_are_not_compared() -> None:
    with pytest.raises(UntriedError, match="no score fits both"):
        judged_alike(arm([0.2, 0.7, 0.5], NUMBERS), arm([0, 1, 0]))


def remade(labels: Any, **known: Any) -> Any:
    return arm(labels, recipe=recipe(whole=True), **known)


def test_rows_with_the_same_labels_judge_each_as_it_is_prepared() -> None:
    judged = judged_alike(arm(SEVEN), remade(SEVEN, width=2))
    assert (judged.others, judged.renames, judged.instead) == (None, False, "")


def test_classes_that_became_one_are_judged_by_their_own_labels() -> None:
    judged = judged_alike(arm(SEVEN), remade(SEVEN // 2))
    assert judged.renames
    assert judged.ours.max() == 6
    assert judged.theirs.max() == 3


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param(MIXED, id="another order"),
        pytest.param(SEVEN[:40], id="fewer rows"),
        pytest.param(np.arange(70) % 5, id="other labels"),
    ],
)
def test_other_rows_judge_both_copies(labels: Any) -> None:
    treated = remade(labels)
    assert judged_alike(arm(SEVEN), treated).others is treated.judging


@pytest.mark.keras
def test_other_rows_of_another_form_judge_nobody() -> None:
    with pytest.raises(UntriedError, match="no rows judge both copies"):
        judged_alike(arm(SEVEN), remade(MIXED, width=2))


def test_rows_as_they_are_used_judge_alone() -> None:
    used = Judging(np.zeros((70, 3)), SEVEN)
    judged = judged_alike(arm(SEVEN), remade(SEVEN), used)
    assert judged.others is used
    assert judged.instead
    with pytest.raises(UntriedError, match="no rows judge both copies"):
        judged_alike(arm(SEVEN), remade(MIXED), used)


def test_rows_of_one_class_judge_nobody() -> None:
    sorted_by_class = np.full(70, 6)
    judged = judged_alike(arm(sorted_by_class), remade(SEVEN))
    assert judged.instead == ONE_CLASS
    assert judged.others is not None


DISTANCES = np.random.default_rng(0).normal(size=50)


@pytest.mark.parametrize(
    ("ours", "theirs", "by", "told"),
    [
        pytest.param(DISTANCES, 1.8 * DISTANCES + 32, NUMBERS, True, id="other units"),
        pytest.param(DISTANCES, -np.exp(DISTANCES), NUMBERS, True, id="another scale"),
        pytest.param(DISTANCES, np.sort(DISTANCES), NUMBERS, False, id="numbers sorted"),
        pytest.param(DISTANCES, np.zeros(50), NUMBERS, False, id="nothing left"),
        pytest.param(SEVEN, (SEVEN + 1) % 7, CLASSES, True, id="classes renumbered"),
        pytest.param(SEVEN, np.eye(4)[SEVEN // 2], CLASSES, True, id="one-hot and fewer"),
        pytest.param(np.arange(8), np.arange(8)[::-1], CLASSES, False, id="each label once"),
        pytest.param(SEVEN // 2, SEVEN, CLASSES, False, id="one class became two"),
    ],
)
def test_labels_that_tell_the_others(ours: Any, theirs: Any, by: Metric, told: bool) -> None:
    assert are_told_by(ours, theirs, by) is told


def course(own: float, elsewhere: float, after: float, **of: Any) -> Course:
    def run(*shares: float) -> Any:
        (first, *rest) = ([np.full(10, share)] for share in shares)
        found = SimpleNamespace(predictions=first, elsewhere=next(iter(rest), ()))
        return SimpleNamespace(run=lambda _seed: found, at=(100,))

    judged = Judged(CLASSES, SEVEN, SEVEN // 2, **of)
    made = Course(judged, run(own, elsewhere), run(after), (100,), (100,))
    made.go_on(0)
    return made


@pytest.mark.parametrize(
    ("of", "before"),
    [
        ({}, 0.3),
        ({"others": Judging(None, None)}, 0.6),
        ({"others": Judging(None, None), "instead": AS_USED}, 0.6),
    ],
)
def test_the_untreated_copies_are_taken_where_they_do_better(of: Any, before: float) -> None:
    ((own, after),) = course(0.3, 0.6, 0.9, **of).pairs
    assert (own[-1].mean(), after[-1].mean()) == (pytest.approx(before), pytest.approx(0.9))
    better = course(0.8, 0.6, 0.9, **of).pairs[0][0][-1].mean()
    assert better == pytest.approx(0.6 if of.get("instead") else 0.8)


def test_what_rows_judge_is_told() -> None:
    trial = Trial(outcome="helps", before=0.5, after=0.98)
    assert (
        course(0, 0, 0, others=Judging(None, None), instead=AS_USED).told(trial).reason == AS_USED
    )
    assert course(0, 0, 0, renames=True).told(trial).reason == OWN_LABELS
    assert course(0, 0, 0).told(trial) == trial


def test_fewer_classes_alone_are_no_help() -> None:
    """From 7 to 4 classes, of which the largest has 2 of 7 rows: 0.5 is 0.42 of what lacks."""
    trial = Trial(outcome="helps", before=0.5, after=0.58)
    told = course(0, 0, 0, renames=True).told(trial)
    assert (told.outcome, told.reason) == ("no effect", FEWER_CLASSES)
