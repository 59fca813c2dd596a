import numpy as np
import pytest

from nbdoctor.readings.other_rows import compared


def test_counts_the_rows_that_changed() -> None:
    first = np.arange(8, dtype=np.float32).reshape(8, 1)
    second = first.copy()
    second[1] += 1
    second[6] += 9  # in the half that was exchanged
    found = compared([first], [second])
    assert found is not None
    assert (found.rows, found.changed) == (4, 1)
    assert found.largest == pytest.approx(1 / first.std())


def test_rounding_is_no_change() -> None:
    first = np.arange(8, dtype=np.float32).reshape(8, 1)
    found = compared([first], [first + np.float32(1e-4)])
    assert found is not None
    assert found.changed == 0


def test_tells_nothing_of_values_that_are_not_finite() -> None:
    first = np.full((8, 1), np.nan, dtype=np.float32)
    assert compared([first], [first]) is None
    assert compared([], []) is None
