from dataclasses import replace

import numpy as np
import pytest

from nbdoctor.probes.head import Output
from nbdoctor.probes.labels import Target
from nbdoctor.probes.score import Score, score_of, share_reached
from nbdoctor.probes.signal import Signal

HEAD = Output(name="y", width=3, activation="softmax", loss="sparse_categorical_crossentropy")
ONE = Output(name="y", width=1, activation="sigmoid", loss="binary_crossentropy")
IDS = Target(name="y", encoding="ids")
ONE_HOT = Target(name="y", encoding="one-hot", shape=(3,), rank=2)
NUMBERS = Target(name="y", encoding="continuous")
ROWS = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.5, 0.3, 0.2]])
CLASSES = np.array([0, 1, 2, 2])
YES = np.array([[0.9], [0.2], [0.6], [0.4]])


@pytest.mark.parametrize(
    ("predictions", "labels", "target", "output", "value"),
    [
        pytest.param(ROWS, CLASSES, IDS, HEAD, 0.75, id="class numbers"),
        pytest.param(ROWS, CLASSES[:, None], IDS, HEAD, 0.75, id="class numbers in a column"),
        pytest.param(ROWS, np.eye(3)[CLASSES], ONE_HOT, HEAD, 0.75, id="one-hot"),
        pytest.param(YES, np.array([1, 0, 1, 1]), IDS, ONE, 0.75, id="one unit"),
        pytest.param(
            YES - 0.5,
            np.array([1, 0, 1, 1]),
            IDS,
            replace(ONE, from_logits=True),
            0.75,
            id="logits",
        ),
    ],
)
def test_accuracy_of_classes(
    predictions: np.ndarray, labels: np.ndarray, target: Target, output: Output, value: float
) -> None:
    found = score_of(predictions, labels, target, output)
    assert found == Score(kind="accuracy", value=value, rows=4)


def test_explained_variance_of_numbers() -> None:
    truth = np.array([1.0, 2.0, 3.0, 4.0])
    found = score_of(truth[:, None], truth, NUMBERS, ONE)
    assert found == Score(kind="R²", value=1.0, rows=4)
    mean = score_of(np.full((4, 1), 2.5), truth, NUMBERS, ONE)
    assert mean is not None
    assert mean.value == pytest.approx(0.0)


COUNTS = Target(name="y", encoding="ids", distinct=80)
LINE = Output(name="y", width=1, activation="linear", loss="mean_squared_error")


@pytest.mark.parametrize(
    ("target", "output", "numbers"),
    [
        pytest.param(NUMBERS, ONE, True, id="numbers"),
        pytest.param(COUNTS, LINE, True, id="counts under squared error"),
        pytest.param(COUNTS, replace(LINE, loss="poisson"), True, id="counts under Poisson"),
        pytest.param(replace(COUNTS, distinct=2), LINE, False, id="two values"),
        pytest.param(COUNTS, HEAD, False, id="a unit for each class"),
        pytest.param(COUNTS, ONE, False, id="a cross-entropy"),
        pytest.param(ONE_HOT, HEAD, False, id="one-hot"),
    ],
)
def test_quantities_are_told_from_classes(target: Target, output: Output, numbers: bool) -> None:
    assert output.takes_numbers(target) is numbers


def test_counts_are_scored_as_numbers() -> None:
    truth = np.array([3, 7, 12, 40])
    assert score_of(truth[:, None], truth, COUNTS, LINE) == Score(kind="R²", value=1.0, rows=4)


@pytest.mark.parametrize(
    ("predictions", "labels", "target", "output"),
    [
        pytest.param(ROWS, np.ones(4), NUMBERS, HEAD, id="shapes that do not meet"),
        pytest.param(YES, np.ones(4), NUMBERS, ONE, id="a constant target"),
        pytest.param(YES, CLASSES, IDS, ONE, id="three classes and one unit"),
        pytest.param(
            YES, np.eye(2)[[0, 1, 1, 0]], replace(IDS, encoding="multi-hot"), ONE, id="tags"
        ),
        pytest.param(ROWS, np.zeros((4, 5)), IDS, HEAD, id="a class per step"),
    ],
)
def test_no_score_where_none_fits(
    predictions: np.ndarray, labels: np.ndarray, target: Target, output: Output
) -> None:
    assert score_of(predictions, labels, target, output) is None


SIGNAL = Signal(
    task="classification",
    score="accuracy",
    rows=200,
    features=4,
    input_kind="table",
    linear=0.9,
    neighbours=0.8,
    permuted=0.5,
    permuted_high=0.58,
    p_linear=0.005,
    p_neighbours=0.005,
    permutations=200,
    baseline=0.5,
)


def test_share_of_the_way_to_a_simple_model() -> None:
    half = Score(kind="accuracy", value=0.7, rows=64)
    assert share_reached(half, SIGNAL, 0.9) == pytest.approx(0.5)
    assert share_reached(half, SIGNAL, 0.58) is None, "no better than chance"
    assert share_reached(replace(half, kind="R²"), SIGNAL, 0.9) is None
