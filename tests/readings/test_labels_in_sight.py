import numpy as np
import pytest

from nbdoctor.readings.labels_in_sight import next_steps

RNG = np.random.default_rng(0)
TOKENS = RNG.integers(1, 9, size=(40, 11))
SERIES = RNG.normal(size=(40, 11, 2))


@pytest.mark.parametrize(
    ("x", "y", "ahead"),
    [
        pytest.param(TOKENS[:, :-1], TOKENS[:, 1:], 1, id="tokens"),
        pytest.param(TOKENS[:, :-1], np.eye(9)[TOKENS[:, 1:]], 1, id="one-hot"),
        pytest.param(TOKENS[:, :-3], TOKENS[:, 3:], 3, id="three steps"),
        pytest.param(SERIES[:, :-1], SERIES[:, 1:], 1, id="all columns"),
        pytest.param(SERIES[:, :-1], SERIES[:, 1:, 1], 1, id="one column"),
        pytest.param(SERIES[:, :-1], SERIES[:, 1:, :1], 1, id="one column, kept axis"),
    ],
)
def test_finds_labels_that_are_later_inputs(x: np.ndarray, y: np.ndarray, ahead: int) -> None:
    (found,) = next_steps({"x": x}, {"y": y})
    assert (found.input, found.target, found.ahead, found.share) == ("x", "y", ahead, 1.0)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        pytest.param(TOKENS, TOKENS, id="the inputs themselves"),
        pytest.param(TOKENS, TOKENS[:, 0], id="one label for each row"),
        pytest.param(np.ones((40, 10)), np.ones((40, 10)), id="nothing moves"),
        pytest.param(TOKENS[:, :-1], TOKENS[:, :-1][::-1], id="others"),
        pytest.param(TOKENS[:, 1:], TOKENS[:, :-1], id="earlier inputs"),
    ],
)
def test_finds_nothing_else(x: np.ndarray, y: np.ndarray) -> None:
    assert not list(next_steps({"x": x}, {"y": y}))


def test_padding_does_not_hide_them() -> None:
    padded = np.where(np.arange(11) < 6, TOKENS, 0)
    (found,) = next_steps({"x": padded[:, :-1]}, {"y": padded[:, 1:]})
    assert found.share == 1.0
