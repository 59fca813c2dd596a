import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.exchanged import ExchangedTargets, exchanged_targets

RNG = np.random.default_rng(0)
X = RNG.normal(size=(500, 5)).astype("float32")
BEGIN = X[:, :1] + 10
END = BEGIN + np.exp(0.4 * X[:, 1:2]) + 2


def read(**targets: np.ndarray) -> ExchangedTargets | None:
    rows = Rows(inputs={"x": X}, targets=targets, index=np.arange(500), total=500, whole={"x": X})
    return exchanged_targets(rows, None)


@pytest.mark.parametrize("part", [0.05, 0.5])
def test_two_outputs(part: float) -> None:
    odd = RNG.random((500, 1)) < part
    found = read(begin=np.where(odd, END, BEGIN), end=np.where(odd, BEGIN, END))
    assert found is not None
    (pair,) = found.pairs
    assert (pair.one, pair.other) == ("begin", "end")
    assert pair.share == pytest.approx(min(odd.mean(), 1 - odd.mean()))
    assert pair.in_order > pair.as_given + 0.2


def test_points_of_one_output() -> None:
    points = np.concatenate([BEGIN, X[:, 2:3], END, X[:, 3:4], 30 + X[:, 4:5], X[:, :1]], axis=1)
    odd = np.arange(500) % 7 == 0
    points[odd, :4] = points[odd][:, [2, 3, 0, 1]]
    found = read(y=points)
    assert found is not None
    assert [(one.one, one.other) for one in found.pairs] == [("point 1 of y", "point 2 of y")]


@pytest.mark.parametrize(
    "targets",
    [
        pytest.param({"begin": BEGIN, "end": END}, id="one order"),
        pytest.param({"a": X[:, :1] * 1.0, "b": X[:, 1:2] * 1.0}, id="no order"),
        pytest.param({"a": X[:, :1] * 1.0, "b": X[:, 1:3] * 1.0}, id="two shapes"),
        pytest.param({"a": X[:, 0] > 0, "b": X[:, 1] > 0}, id="marks"),
    ],
)
def test_healthy_targets(targets: dict[str, np.ndarray]) -> None:
    assert read(**targets) is None
