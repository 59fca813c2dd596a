from typing import Any

import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.labels import Target
from nbdoctor.readings.pairs import PairDistances, compare

rng = np.random.default_rng(0)
FIRST = rng.normal(size=(200, 4))
SAME = np.arange(200) % 2
SECOND = np.where(SAME[:, None] == 1, FIRST + 0.1, rng.normal(size=(200, 4)))
TARGET = Target(name="y", minimum=0.0, maximum=1.0, distinct=2)


def distance(a: Any, b: Any) -> Any:
    return np.sqrt(np.maximum(((a - b) ** 2).sum(axis=1, keepdims=True), 1e-7)), []


def contrastive(y: Any, d: Any) -> Any:
    return np.mean(y * d**2 + (1 - y) * np.maximum(1 - d, 0) ** 2), []


def inverted(y: Any, d: Any) -> Any:
    return contrastive(1 - y, d)


def found(outputs: Any, loss: Any, y: Any = SAME) -> PairDistances | None:
    rows = Rows(inputs={"a": FIRST, "b": SECOND}, targets={"y": y}, index=np.arange(200), total=200)
    return compare(outputs, loss, ([FIRST, SECOND], y[:, None]), ([FIRST, SECOND], rows), TARGET)


def test_labels_of_near_pairs_are_told_from_the_inputs() -> None:
    pairs = found(distance, contrastive)
    assert pairs is not None
    ones = ((FIRST - SECOND) ** 2).sum(axis=1)[SAME == 1]
    others = ((FIRST - SECOND) ** 2).sum(axis=1)[SAME == 0]
    assert pairs.share_nearer == pytest.approx(np.mean(ones[:, None] < others))
    assert pairs.pairs == 200


def test_what_the_loss_wants_of_either_label() -> None:
    right, wrong = found(distance, contrastive), found(distance, inverted)
    assert right is not None
    assert wrong is not None
    assert right.wants_high_near is True
    assert wrong.wants_high_near is False


def test_a_similarity_is_largest_for_equal_rows() -> None:
    def similarity(a: Any, b: Any) -> Any:
        return np.exp(-distance(a, b)[0]), []

    def crossentropy(y: Any, p: Any) -> Any:
        return -np.mean(y * np.log(p + 1e-7) + (1 - y) * np.log(1 - p + 1e-7)), []

    pairs = found(similarity, crossentropy)
    assert pairs is not None
    assert pairs.near == pytest.approx(1, abs=1e-3)
    assert pairs.wants_high_near is True


def test_an_output_that_is_no_distance_is_not_judged() -> None:
    assert found(lambda a, b: (a[:, :1] + b[:, :1], []), contrastive) is None
    assert found(lambda a, _: (np.full((len(a), 1), np.nan), []), contrastive) is None


def test_a_loss_that_wants_neither() -> None:
    pairs = found(distance, lambda _, d: (np.mean(d**2), []))
    assert pairs is not None
    assert pairs.wants_high_near is None
