import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.infinite_slopes import equal_rows


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param(np.arange(12.0).reshape(4, 3), 4, id="all are equal"),
        pytest.param(np.arange(12.0).reshape(4, 3)[::-1], 0, id="none is"),
        pytest.param(np.zeros((4, 2)), 0, id="another shape"),
    ],
)
def test_pairs_of_equal_rows_are_counted(second: np.ndarray, expected: int) -> None:
    first = np.arange(12.0).reshape(4, 3)
    rows = Rows(inputs={"a": first, "b": second}, targets={}, index=np.arange(4), total=4)
    assert equal_rows(rows) == expected


def test_one_input_has_no_pairs() -> None:
    rows = Rows(inputs={"a": np.zeros((4, 3))}, targets={}, index=np.arange(4), total=4)
    assert equal_rows(rows) == 0
