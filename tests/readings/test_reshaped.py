import numpy as np
import pytest

from nbdoctor.readings.reshaped import read_reshaped

RNG = np.random.default_rng(0)
SIGNALS = np.cumsum(RNG.normal(size=(20, 3, 40)), axis=2)


def test_a_reshape_that_should_be_a_transpose() -> None:
    found = read_reshaped("x", SIGNALS, SIGNALS.reshape(20, 40, 3) / 255, 7)
    assert found is not None
    assert (found.axes, found.line) == ((0, 2, 1), 7)
    assert 1 - found.smooth_after > 3 * (1 - found.smooth_before)


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(SIGNALS.transpose(0, 2, 1), id="a transpose"),
        pytest.param(SIGNALS.reshape(20, 120), id="joined axes"),
        pytest.param(SIGNALS.reshape(20, 3, 40, 1), id="an axis of one"),
        pytest.param(RNG.normal(size=(20, 40, 3)), id="other values"),
    ],
)
def test_other_arrays_are_not_told(later: np.ndarray) -> None:
    assert read_reshaped("x", SIGNALS, later, None) is None
