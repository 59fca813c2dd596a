from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nbdoctor.trials.score import Metric, _beside, metric_for, per_row

IDS = np.array([0, 1, 2, 0, 1, 2])
RARE = np.array([0] * 9 + [1])


@pytest.mark.parametrize(
    ("labels", "classes", "kind", "name", "constant"),
    [
        pytest.param(IDS, True, "classes", "accuracy", 1 / 3, id="class numbers"),
        pytest.param(np.eye(3)[IDS], False, "classes", "accuracy", 1 / 3, id="one-hot"),
        pytest.param(RARE, True, "classes", "balanced accuracy", 0.5, id="a rare class"),
        pytest.param(np.array([-1.0, 1.0] * 3), True, "classes", "accuracy", 0.5, id="signs"),
        pytest.param(IDS, False, "numbers", "R²", 0.0, id="whole numbers under squared error"),
        pytest.param(np.linspace(0, 1, 9), True, "numbers", "R²", 0.0, id="quantities"),
        pytest.param(
            np.array([[1, 1, 0], [0, 0, 0]]),
            False,
            "bits",
            "accuracy of the outputs",
            2 / 3,
            id="several bits at once",
        ),
    ],
)
def test_labels_choose_the_score(
    labels: Any, classes: bool, kind: str, name: str, constant: float
) -> None:
    by = metric_for(labels, classes_named=classes)
    assert by is not None
    assert (by.kind, by.name) == (kind, name)
    assert by.constant == pytest.approx(constant)


def test_numbers_of_tags_stand_beside_units_of_their_own() -> None:
    tags = np.array([[0, 1, 2, 2], [1, 1, 0, 2], [2, 0, 0, 1]])
    by = metric_for(tags, classes_named=True, shape=(None, None, None))
    assert by is not None
    assert (by.kind, by.name) == ("classes", "accuracy")
    right = np.eye(3)[tags]
    assert per_row(by, tags, right).tolist() == [1.0, 1.0, 1.0]
    right[0, 0] = [0.0, 1.0, 0.0]
    assert per_row(by, tags, right).tolist() == [0.75, 1.0, 1.0]


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        pytest.param([(None, 4, 3)], (None, None, None), id="units at each place"),
        pytest.param([(None, None, 3)], (None, None, None), id="at places not known in number"),
        pytest.param([(None, 9, 3)], None, id="at other places"),
        pytest.param([(None, 4, 1)], None, id="one unit at each place"),
        pytest.param([(None, 4)], None, id="a unit for each label"),
        pytest.param([[(None, 4, 3)]], None, id="several outputs"),
        pytest.param([(None, 4, 3), (None, 4)], None, id="models that differ"),
    ],
)
def test_units_beside_tags(shapes: Any, expected: Any) -> None:
    models = [SimpleNamespace(output_shape=shape) for shape in shapes]
    assert _beside(np.zeros((5, 4)), models) == expected


@pytest.mark.parametrize(
    ("units", "kind"), [pytest.param(1, "numbers", id="one"), pytest.param(5, "classes", id="five")]
)
def test_ratings_beside_one_unit_are_quantities(units: int, kind: str) -> None:
    ratings = np.tile(np.arange(5) / 4, 40)
    shape = _beside(ratings, [SimpleNamespace(output_shape=(None, units))])
    by = metric_for(ratings, classes_named=True, shape=shape)
    assert by is not None
    assert by.kind == kind


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param(np.array(["a", "b"]), id="words"),
        pytest.param(np.array([1.0, np.nan]), id="gaps"),
        pytest.param(np.ones(5), id="one value only"),
        pytest.param(np.zeros((0, 1)), id="no rows"),
    ],
)
def test_some_labels_cannot_judge(labels: Any) -> None:
    assert metric_for(labels, classes_named=False) is None


def score(labels: Any, predictions: Any, *, classes: bool = True, cut: float = 0.5) -> float:
    by = metric_for(labels, classes_named=classes)
    assert by is not None
    return float(per_row(by, labels, np.asarray(predictions), cut=cut).mean())


@pytest.mark.parametrize(
    ("labels", "predictions", "expected"),
    [
        pytest.param(IDS, np.eye(3)[IDS], 1.0, id="one unit per class"),
        pytest.param(IDS, np.eye(3)[[0] * 6], 1 / 3, id="one class for all"),
        pytest.param(np.eye(3)[IDS], np.eye(3)[IDS], 1.0, id="one-hot labels"),
        pytest.param(IDS, IDS[:, None] + 0.2, 1.0, id="one unit that says the number"),
        pytest.param(RARE, RARE[:, None] * 0.9, 1.0, id="one unit for two classes"),
        pytest.param(RARE, np.zeros((10, 1)), 0.5, id="the frequent class for all"),
        pytest.param(IDS, np.full((6, 3), np.nan), 0.0, id="not a number"),
        pytest.param(
            np.array([[0, 1]] * 6), np.eye(2)[[[0, 1]] * 6], 1.0, id="a class for each step"
        ),
    ],
)
def test_hits_are_counted(labels: Any, predictions: Any, expected: float) -> None:
    assert score(labels, predictions) == pytest.approx(expected)


def test_logits_are_cut_at_0() -> None:
    labels = np.array([0, 1, 0, 1])
    logits = np.array([[-1.0], [0.2], [-0.1], [3.0]])
    assert score(labels, logits, cut=0.0) == 1.0
    assert score(labels, logits) == 0.75


def test_quantities_are_scored_by_explained_variance() -> None:
    labels = np.linspace(0, 10, 50)
    assert score(labels, labels[:, None], classes=False) == pytest.approx(1.0)
    assert score(labels, np.full((50, 1), 5.0), classes=False) == pytest.approx(0.0)
    assert score(labels, np.full((50, 1), np.inf), classes=False) == -9.0


def test_the_score_of_scaled_targets_is_that_of_the_targets() -> None:
    labels = np.random.default_rng(0).normal(size=40) * 1e5 + 3e5
    guess = labels + 2e4
    scaled = (labels - labels.mean()) / labels.std()
    guess_scaled = (guess - labels.mean()) / labels.std()
    assert score(scaled, guess_scaled[:, None], classes=False) == pytest.approx(
        score(labels, guess[:, None], classes=False)
    )


def test_bits_are_judged_one_by_one() -> None:
    labels = np.array([[1, 1, 0], [0, 0, 0]])
    by = Metric("bits", "accuracy of the outputs", 0.5)
    assert per_row(by, labels, np.array([[0.9, 0.1, 0.2], [0.1, 0.1, 0.9]])).tolist() == (
        pytest.approx([2 / 3, 2 / 3])
    )
