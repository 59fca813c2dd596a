from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbdoctor.readings.answers import MOST_CLASSES, MOST_WORST
from nbdoctor.readings.asked import Asked
from nbdoctor.readings.comparing import CELLS, answers_of, density
from nbdoctor.readings.comparing_classes import calibration, confusion, grouped
from nbdoctor.readings.task import Task, task_of

RNG = np.random.default_rng(0)
ROWS = np.arange(100, 104)


def classes(
    labels: Any, shape: tuple[int | None, ...], *, logits: bool = False, shares: Any = None
) -> Task:
    asked = Asked(shape=shape, classes=True, logits=logits)
    return task_of(np.asarray(labels), asked, shares=shares)


def test_the_confusion_counts_each_pair() -> None:
    truth, named = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, -1])
    matrix = confusion(truth, named, 3)
    assert matrix.tolist() == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]]
    assert grouped(matrix, np.array([0, 2])) == ((1, 0, 1, 0), (0, 1, 0, 1), (0, 0, 1, 0))


def test_classes_are_told_with_precision_recall_and_worst_rows() -> None:
    given = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    found = answers_of("kind", classes([0, 0, 1, 1], (None, 2)), given, ROWS)
    assert found.matrix == ((2, 0), (1, 1))
    assert found.right == 0.75
    zero, one = found.classes
    assert zero.precision == pytest.approx(2 / 3)
    assert (zero.recall, zero.rows) == (1.0, 2)
    assert (one.precision, one.recall) == (1.0, 0.5)
    worst = found.worst[0]
    assert (worst.row, worst.truth, worst.predicted) == (103, 1.0, 0.0)
    assert worst.loss == pytest.approx(-np.log(0.4))


def test_one_unit_and_logits_are_read_as_probabilities() -> None:
    odds = np.array([[-2.0], [3.0], [-1.0], [0.5]])
    found = answers_of("y", classes([0, 1, 1, 1], (None, 1), logits=True), odds, ROWS)
    assert found.matrix == ((1, 0), (1, 2))
    assert found.worst[0].row == 102
    assert found.worst[0].loss == pytest.approx(np.log1p(np.exp(1.0)))


def test_a_rare_class_that_is_sampled_often_counts_by_its_share() -> None:
    task = classes([0, 0, 1, 1], (None, 2), shares={0.0: 0.9, 1.0: 0.1})
    given = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.2, 0.8]])
    found = answers_of("y", task, given, ROWS)
    assert found.classes[1].precision == pytest.approx(0.1 / (0.1 + 0.45))
    assert found.right == pytest.approx(0.9 * 0.5 + 0.1)


def test_many_classes_are_grouped() -> None:
    labels = np.repeat(np.arange(30), np.arange(1, 31))
    found = answers_of("y", classes(labels, (None, 30)), np.eye(30)[labels], None)
    assert (len(found.classes), found.more) == (MOST_CLASSES, 18)
    assert [one.label for one in found.classes] == list(range(18, 30))
    assert sum(map(sum, found.matrix)) == len(labels)
    assert found.worst == ()
    assert "which numbers" in found.why_no_rows


def test_outputs_that_are_no_probabilities_have_no_calibration() -> None:
    found = answers_of("y", classes([0, 1, 2, 1], (None, 3)), RNG.normal(size=(4, 3)), ROWS)
    assert found.matrix
    assert found.calibration is None
    assert "no probabilities" in found.why_uncalibrated
    assert found.worst == ()


def test_places_are_counted_one_by_one() -> None:
    labels = RNG.integers(0, 2, size=(4, 3, 5))
    given = np.eye(2)[labels] * 0.8 + 0.1
    given[2] = 0.5
    found = answers_of("mask", classes(labels, (None, 3, 5, 2)), given, ROWS)
    assert (found.answers, found.places) == (60, 15)
    assert found.worst[0].row == 102
    assert found.worst[0].truth is None


def slow_error(sure: Any, right: Any) -> float:
    total = 0.0
    for low in np.arange(10) / 10:
        inside = [
            at
            for at, one in enumerate(sure)
            if low <= one < low + 0.1 or (low == 0.9 and one == 1.0)
        ]
        if inside:
            gap = abs(np.mean([sure[at] for at in inside]) - np.mean([right[at] for at in inside]))
            total += gap * len(inside) / len(sure)
    return float(total)


def test_calibration_agrees_with_a_slow_count() -> None:
    sure = RNG.uniform(0.5, 1, 200)
    right = RNG.random(200) < 0.6
    found = calibration(sure, right, np.ones(200))
    assert found is not None
    assert found.error == pytest.approx(slow_error(sure, right))
    assert found.error > 3 * found.by_chance
    honest = calibration(sure, RNG.random(200) < sure, np.ones(200))
    assert honest is not None
    assert honest.error < 2 * honest.by_chance


def test_numbers_are_told_by_their_errors() -> None:
    truth = RNG.normal(size=400) * 10
    given = truth + 1
    given[7] += 30
    task = task_of(truth, Asked(shape=(None, 1)))
    found = answers_of("size", task, given[:, None], np.arange(400))
    (one,) = found.numbers
    assert one.bias == pytest.approx(1 + 30 / 400)
    assert one.explained == pytest.approx(1 - ((given - truth) ** 2).sum() / truth.var() / 400)
    assert one.residuals is not None
    assert sum(one.residuals.counts) == 400
    assert (found.worst[0].row, found.worst[0].truth) == (7, None)
    assert found.worst[0].loss == pytest.approx(31)


def test_the_density_counts_every_answer_and_has_predictions_as_rows() -> None:
    found = density(np.array([0.0, 0.0, 10.0]), np.array([10.0, 10.0, 0.0]))
    assert sum(map(sum, found.counts)) == 3
    assert (found.counts[CELLS - 1][0], found.counts[0][CELLS - 1]) == (2, 1)
    alike = density(np.ones(3), np.ones(3))
    assert (alike.low, alike.high) == (0.5, 1.5)


def test_marks_are_compared_by_column() -> None:
    labels = np.array([[1, 0, 1], [1, 1, 0], [0, 0, 0], [0, 1, 1]])
    given = np.where(labels == 1, 0.9, 0.2)
    given[3, 2] = 0.1
    found = answers_of("tags", task_of(labels, Asked(shape=(None, 3))), given, ROWS)
    assert found.kind == "bits"
    assert found.right == pytest.approx(11 / 12)
    assert [one.recall for one in found.classes] == [1.0, 1.0, 0.5]
    assert found.worst[0].row == 103
    assert found.matrix == ()


def test_what_cannot_be_compared_says_why() -> None:
    broken = np.array([[0.5, 0.5], [np.nan, 0.5]])
    found = answers_of("y", classes([0, 1], (None, 2)), broken, None)
    assert "1 of 2 rows hold NaN" in found.why_not
    pairs = task_of(np.array([0, 1, 1, 0]), Asked(shape=(None, 1), compares=True))
    assert "how far two inputs are apart" in answers_of("d", pairs, np.ones((4, 1)), None).why_not


def test_no_more_rows_are_named_than_can_be_looked_at() -> None:
    labels = RNG.integers(0, 2, 100)
    found = answers_of("y", classes(labels, (None, 2)), np.full((100, 2), 0.5), np.arange(100))
    assert len(found.worst) == MOST_WORST
