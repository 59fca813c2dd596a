import numpy as np
import pytest

from nbdoctor.backend.sampling import MOST_VALUES, rows_together, stride_for


@pytest.mark.parametrize(
    ("size", "channels", "stride"),
    [
        (0, 1, 1),
        (MOST_VALUES, 1, 1),
        (MOST_VALUES * 2 - 1, 1, 1),
        (MOST_VALUES * 2, 1, 2),
        (MOST_VALUES * 100, 64, 100),
        (MOST_VALUES * 100, MOST_VALUES * 50, 2),
        (10, 0, 1),
    ],
)
def test_as_many_rows_as_are_enough(size: int, channels: int, stride: int) -> None:
    assert stride_for(size, channels) == stride


def test_rows_of_batches_of_unequal_length_are_cut_to_the_shortest() -> None:
    short, long = np.arange(12.0).reshape(2, 3, 2), np.arange(20.0).reshape(2, 5, 2)
    both = rows_together([long, short])
    assert both.shape == (4, 3, 2)
    assert (both[:2] == long[:, :3]).all()
    assert (both[2:] == short).all()
    assert rows_together([short]) is short
    assert (rows_together([np.ones(2), np.zeros(3)]) == [1, 1, 0, 0, 0]).all()
