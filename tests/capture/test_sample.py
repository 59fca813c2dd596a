from typing import Any

import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.capture.sample import FEWEST_OF_KIND, MOST_ROWS, Sample, sample_of


def rows(x: Any, y: Any, *, batches: int = 0) -> Rows:
    index = np.arange(len(x))[:: 2 if batches else 1]
    whole = {} if batches else {"x": x}
    return Rows(
        inputs={"x": x[index]},
        targets={"y": y},
        index=index,
        total=None if batches else len(x),
        batches=batches,
        whole=whole,
    )


def taken(x: Any, y: Any, **more: Any) -> Sample:
    sample = sample_of(rows(x, y, **more), None)
    assert sample is not None
    return sample


def test_rows_are_copies() -> None:
    x, y = np.zeros((40, 3)), np.arange(40)
    part = taken(x, y).train
    x[:], y[:] = 9, 9
    assert part.inputs["x"].max() == 0
    assert part.targets["y"].tolist() == list(range(40))


def test_many_rows_are_spread_evenly() -> None:
    x = np.arange(30_000)[:, None]
    part = taken(x, np.linspace(0, 1, 30_000)).train
    assert len(part) == MOST_ROWS
    assert (part.inputs["x"][0], part.inputs["x"][-1]) == (0, 29_999)
    assert part.shares == {}


def test_wide_rows_are_fewer() -> None:
    part = taken(np.zeros((500, 64, 64, 3), "uint8"), np.arange(500) % 2).train
    assert 64 <= len(part) < 120


@pytest.mark.parametrize("encode", [lambda y: y, lambda y: np.eye(2, dtype="int64")[y]])
def test_a_rare_class_is_taken_beyond_its_share(encode: Any) -> None:
    y = (np.arange(30_000) % 200 == 0).astype(int)
    x = np.arange(30_000)[:, None]
    part = taken(x, encode(y)).train
    labels = part.targets["y"] if part.targets["y"].ndim == 1 else part.targets["y"].argmax(1)
    assert FEWEST_OF_KIND <= labels.sum() <= FEWEST_OF_KIND + 12
    assert (labels == (part.inputs["x"][:, 0] % 200 == 0)).all(), "in step"
    assert part.shares["y"] == pytest.approx({0.0: 0.995, 1.0: 0.005})


def test_rows_of_batches_stay_in_step() -> None:
    x = np.arange(60)[:, None]
    part = taken(x, np.arange(60), batches=2).train
    assert part.targets["y"].tolist() == part.inputs["x"][:, 0].tolist()


def test_rows_that_judge_stand_beside() -> None:
    train, judge = rows(np.zeros((9, 2)), np.arange(9)), rows(np.ones((5, 2)), np.arange(5))
    sample = sample_of(train, judge)
    assert sample is not None
    assert sample.held_out is not None
    assert (len(sample.train), len(sample.held_out)) == (9, 5)


def test_without_labels_there_is_nothing_to_score() -> None:
    x = np.zeros((9, 2))
    bare = Rows(inputs={"x": x}, targets={}, index=np.arange(9), total=9)
    assert sample_of(bare, None) is None
    assert sample_of(None, None) is None
