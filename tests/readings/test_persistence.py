import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.given import TrainingSample
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.history import History
from nbdoctor.readings.persistence import newest, persistence_of_fit

RNG = np.random.default_rng(0)
WALK = np.cumsum(RNG.normal(size=400))


def rows(x: np.ndarray, y: np.ndarray) -> Rows:
    return Rows(
        inputs={"x": x}, targets={"y": y}, index=np.arange(len(x)), total=len(x), whole={"x": x}
    )


def windows(series: np.ndarray) -> Rows:
    x = np.stack([series[i : i + 6] for i in range(len(series) - 6)])[..., None]
    return rows(x, series[6:])


@pytest.mark.parametrize("shuffled", [False, True])
def test_targets_are_later_values(shuffled: bool) -> None:
    found = windows(WALK)
    if shuffled:
        order = RNG.permutation(394)
        found = rows(found.whole["x"][order], found.targets["y"][order])
    assert newest(found) == 0


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(rows(RNG.normal(size=(99, 4)), RNG.normal(size=99)), id="a table"),
        pytest.param(rows(RNG.normal(size=(99, 4)), np.arange(99) % 3), id="classes"),
        pytest.param(rows(RNG.normal(size=(99, 8, 8, 1)), RNG.normal(size=99)), id="pictures"),
        pytest.param(rows(WALK[:99, None], WALK[:99]), id="the target itself"),
    ],
)
def test_nothing_else_is_a_forecast(found: Rows) -> None:
    assert newest(found) is None


def test_errors_are_compared_on_the_same_rows() -> None:
    sample = windows(WALK)
    log = History(values={"loss": (3.0, 2.0)}, epochs=2)
    head = Head(outputs=(Output(name="y", loss="mean_squared_error"),))
    found = persistence_of_fit(None, head, log, TrainingSample(sample), None)
    assert found is not None
    assert found.model == 2.0
    assert found.repeated == pytest.approx(float((np.diff(WALK)[5:] ** 2).mean()))
    assert found.constant == pytest.approx(float(WALK[6:].var()))
    assert (found.judged, found.rows) == ("training", 394)
