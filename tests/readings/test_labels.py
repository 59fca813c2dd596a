from typing import Any

import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.labels import Target, read_labels

rng = np.random.default_rng(0)
IDS = rng.integers(0, 4, 50)
SOFT = rng.dirichlet(np.ones(3), 50).astype("float32")


def target_of(values: np.ndarray, **changes: Any) -> Target:
    rows = Rows(
        inputs={"x": np.zeros((len(values), 1))},
        targets={"y": values},
        index=np.arange(len(values)),
        total=changes.pop("total", len(values)),
        **changes,
    )
    (target,) = read_labels(rows, {"y": "y_train"}).targets
    return target


@pytest.mark.parametrize(
    ("values", "encoding"),
    [
        pytest.param(IDS, "ids", id="integers"),
        pytest.param(IDS.astype("float32"), "ids", id="whole floats"),
        pytest.param(IDS[:, None], "ids", id="a column"),
        pytest.param(IDS > 1, "ids", id="truths"),
        pytest.param(np.arange(2000), "ids", id="many integers"),
        pytest.param(np.arange(2000.0), "continuous", id="many whole floats"),
        pytest.param(IDS + 0.5, "continuous", id="fractions"),
        pytest.param(np.where(IDS > 2, np.nan, IDS), "ids", id="ids with NaN"),
        pytest.param(np.eye(4)[IDS], "one-hot", id="one-hot"),
        pytest.param(np.eye(4, dtype=int)[IDS], "one-hot", id="one-hot integers"),
        pytest.param(np.eye(4)[IDS] + np.eye(4)[0] * (IDS == 1)[:, None], "multi-hot", id="multi"),
        pytest.param(SOFT, "soft", id="soft"),
        pytest.param(SOFT * 0.9, "continuous", id="shares that do not sum to 1"),
        pytest.param(rng.normal(size=(50, 3)), "continuous", id="columns of numbers"),
        pytest.param(rng.integers(0, 9, (50, 3)), "ids", id="columns of integers"),
        pytest.param(rng.integers(0, 5, (8, 6, 6, 1)), "ids", id="a mask"),
        pytest.param(np.array(["cat", "dog"] * 9), "text", id="text"),
        pytest.param(np.array(["cat", None] * 9, dtype=object), "text", id="objects"),
    ],
)
def test_the_encoding_is_told_from_the_values(values: np.ndarray, encoding: str) -> None:
    assert target_of(values).encoding == encoding


def test_facts_of_ids() -> None:
    target = target_of(IDS)
    by_hand = sorted(
        ((float(value), int((value == IDS).sum())) for value in set(IDS.tolist())),
        key=lambda pair: (-pair[1], pair[0]),
    )
    assert target.counts == tuple(by_hand)
    assert (target.distinct, target.rows, target.total_rows) == (4, 50, 50)
    assert (target.shape, target.rank, target.dtype) == ((), 1, "int64")
    assert (target.minimum, target.maximum) == (0.0, 3.0)
    assert target.mean == pytest.approx(sum(IDS) / 50)
    assert target.variable == "y_train"
    assert target.integral
    assert target.complete
    assert target.histogram is None


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        pytest.param(IDS, np.eye(4)[IDS], id="ids"),
        pytest.param(np.eye(4)[IDS], np.eye(4)[IDS], id="one-hot"),
        pytest.param(SOFT, SOFT.astype(float), id="soft"),
    ],
)
def test_no_constant_has_less_crossentropy_than_the_entropy(
    values: np.ndarray, rows: np.ndarray
) -> None:
    entropy = target_of(values).entropy
    by_hand = np.mean([-(row * np.log(rows.mean(axis=0))).sum() for row in rows])
    assert entropy == pytest.approx(by_hand, rel=1e-5)
    others = rng.dirichlet(np.ones(rows.shape[1]), 5000)
    assert entropy is not None
    assert (-(rows.mean(axis=0) * np.log(others)).sum(axis=1)).min() > entropy


def test_the_entropy_of_several_truths_is_the_mean_of_their_columns() -> None:
    values = (rng.random((60, 3)) < [0.5, 0.1, 0.0]).astype(float)
    values[0] = 1, 1, 0
    share = values.mean(axis=0)
    columns = [-(p * np.log(p) + (1 - p) * np.log(1 - p)) if 0 < p < 1 else 0.0 for p in share]
    assert target_of(values).entropy == pytest.approx(np.mean(columns))


def test_the_variance_is_the_squared_error_of_the_best_constant() -> None:
    values = rng.normal(2.0, 3.0, size=(80, 2))
    errors = ((values - values.mean(axis=0)) ** 2).mean()
    target = target_of(values)
    assert target.variance == pytest.approx(errors)
    assert target.entropy is None
    assert target.histogram is not None


def test_broken_and_strange_values_are_counted() -> None:
    values = np.array([0.5, -1.0, 2.0, np.nan, np.inf, np.nan, 3.0])
    target = target_of(values[np.isfinite(values) | np.isnan(values)])
    assert (target.nan, target.inf, target.first_bad) == (2, 0, 3)
    assert (target.below_zero, target.above_one) == (1, 2)
    assert (target.minimum, target.maximum, target.integral) == (-1.0, 3.0, False)


def test_sums_of_rows_are_those_of_the_last_axis() -> None:
    values = rng.random((20, 3))
    target = target_of(values)
    assert target.row_sum_minimum == pytest.approx(min(sum(row) for row in values))
    assert target.row_sum_maximum == pytest.approx(max(sum(row) for row in values))
    assert target_of(IDS).row_sum_minimum is None


def test_rows_of_batches_are_not_all_rows() -> None:
    target = target_of(IDS, total=None, batches=2)
    assert (target.complete, target.batches, target.total_rows) == (False, 2, None)


def test_masks_are_sampled_by_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbdoctor.readings.labels.MOST_LABEL_VALUES", 100)
    target = target_of(rng.integers(0, 3, (40, 10)))
    assert not target.complete
    assert target.rows == 10


def test_at_most_20_values_are_listed() -> None:
    assert len(target_of(np.arange(90)).counts) == 20


def test_targets_below_minus_one_and_filled_columns_are_counted() -> None:
    assert target_of(np.array([-2.0, -1.0, 0.5, 3.0])).below_minus_one == 1
    assert target_of(np.array([[0.0, 4.0], [1.0, 3.0]])).most_filled == 2
    assert target_of(np.array([[0.0, 4.0], [1.0, 0.0]])).most_filled == 1
    assert target_of(IDS).most_filled is None


def test_a_label_for_each_place_is_counted_as_such() -> None:
    masks = np.zeros((5, 4, 4, 1))
    masks[:, :2] = 1
    target = target_of(masks)
    assert (target.rows, target.counted, target.are_places) == (5, 80, True)
    assert dict(target.counts) == {0.0: 40, 1.0: 40}
    plain = target_of(np.arange(5) % 2)
    assert (plain.counted, plain.are_places) == (5, False)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(np.arange(300) % 3, True, id="three classes"),
        pytest.param(np.arange(300) % 3 + 1, True, id="classes from 1 on"),
        pytest.param(np.arange(1465) * 3, False, id="y = 3 * x"),
        pytest.param(np.arange(300), False, id="a number of its own for each row"),
        pytest.param(np.arange(300) % 3 * 100, False, id="wide gaps"),
        pytest.param(np.arange(300) % 3 - 1, False, id="below 0"),
        pytest.param(np.arange(300) / 7, False, id="fractions"),
    ],
)
def test_whole_numbers_may_be_classes(values: np.ndarray, expected: bool) -> None:
    target = target_of(values)
    assert target.may_be_classes is expected
    assert target.are_whole_numbers is (target.encoding == "ids" and not expected)
