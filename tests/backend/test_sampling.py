import pytest

from nbdoctor.backend.sampling import MOST_VALUES, stride_for


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
