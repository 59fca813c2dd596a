import numpy as np
import pytest

from nbdoctor.readings.lost_thousands import SplitColumn, read_split

RNG = np.random.default_rng(0)
INCOME = np.round(np.exp(RNG.normal(7, 0.6, 500)))
SIZE = np.log(INCOME) + 0.1 * RNG.normal(size=500)
Y = SIZE + 0.1 * RNG.normal(size=500)


def read(column: np.ndarray) -> list[SplitColumn]:
    return list(read_split(np.stack([SIZE, column], axis=1), Y, ["size", "income"]))


def test_a_dot_between_the_thousands() -> None:
    (found,) = read(np.where(INCOME >= 1000, INCOME / 1000, INCOME))
    assert found.column == "income"
    assert found.largest_whole < 1000
    assert 1 <= found.low < found.high < 20
    assert found.mended > 0.9
    assert found.as_given < 0


def test_a_target() -> None:
    given = np.where(INCOME >= 1000, INCOME / 1000, INCOME)
    (found,) = read_split(SIZE[:, None], given, ["size"])
    assert (found.column, found.other) == ("", "size")


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(INCOME, id="whole numbers"),
        pytest.param(INCOME / 1000, id="thousands throughout"),
        pytest.param(np.round(RNG.uniform(1, 900, 500), 3), id="three decimals throughout"),
        pytest.param(
            np.where(RNG.random(500) < 0.5, np.round(RNG.uniform(1, 9, 500), 2), INCOME % 1000),
            id="prices",
        ),
        pytest.param(np.round(RNG.uniform(0, 2, 500) ** 4, 3), id="some below 1"),
    ],
)
def test_other_columns(column: np.ndarray) -> None:
    assert read(column) == []
