import numpy as np
import pytest

from nbdoctor.readings.repeated_batches import read_repeats

X, Y = np.random.default_rng(0).random((64, 3)), np.arange(64)


def batches(*starts: int) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(X[at : at + 8], Y[at : at + 8]) for at in starts]


@pytest.mark.parametrize(
    ("starts", "distinct", "shared"),
    [
        pytest.param((0, 0, 0), 8, 1.0, id="one batch again and again"),
        pytest.param((0, 1, 2), 10, 7 / 8, id="an index without the size"),
        pytest.param((0, 8, 16), 24, 0.0, id="one after the other"),
    ],
)
def test_rows_are_compared(starts: tuple[int, ...], distinct: int, shared: float) -> None:
    found = read_repeats(batches(*starts))
    assert found is not None
    assert (found.batches, found.rows, found.distinct) == (3, 24, distinct)
    assert found.shared == pytest.approx(shared)


def test_two_batches_tell_nothing() -> None:
    assert read_repeats(batches(0, 0)) is None
