import numpy as np
import pytest

from nbdoctor.readings.units import UNITS
from nbdoctor.readings.units_apart import ColumnApart, read_units_apart

NAMES = ["age", "weight", "noise"]


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ages of a narrow range, a weight that goes with them, and noise."""
    rng = np.random.default_rng(seed)
    age = rng.normal(30, 4, 500)
    x = np.stack([age, 2 * age + rng.normal(0, 6, 500), rng.normal(size=500)], axis=1)
    return x, x[:, 1] + rng.normal(0, 5, 500), rng.random(500)


def found(x: np.ndarray, y: np.ndarray, column: str = "age") -> ColumnApart:
    (one,) = [one for one in read_units_apart(x, y, NAMES) if one.column == column]
    return one


@pytest.mark.parametrize(
    "units",
    ["kilograms and pounds", "factors of 1,000", "degrees Celsius and Fahrenheit"],
)
@pytest.mark.parametrize("classes", [True, False])
def test_a_column_in_two_units(units: str, classes: bool) -> None:
    x, y, draw = drawn(0)
    factor, offset = UNITS[units]
    odd = draw < 0.3
    x[odd, 0] = x[odd, 0] * factor + offset
    one = found(x, (y > y.mean()).astype(int) if classes else y)
    assert one.units == units
    assert one.share == pytest.approx(odd.mean(), abs=0.02)
    assert one.unlike < 1.95
    assert one.told < 4
    assert one.gain > 0.2
    assert one.errors > 4
    assert one.between < 0.3


def test_a_target_in_two_units() -> None:
    x, y, draw = drawn(1)
    y[draw < 0.4] *= 25.4
    one = found(x, y, "")
    assert (one.units, one.other) == ("inches and millimetres", "weight")
    assert one.errors > 4


def test_two_kinds_of_rows_are_told_by_other_columns() -> None:
    x, y, draw = drawn(2)
    large = draw < 0.4
    x[large] *= 2.204623  # all of these are larger, in every column
    assert found(x, np.where(large, 2.2 * y, y)).told > 4


def test_one_unit() -> None:
    for seed in range(5):
        x, y, _ = drawn(seed)
        one = found(x, y)
        assert one.told > 4 or one.gain < 0.08 or one.errors < 2.5


def test_what_cannot_be_cut() -> None:
    x, y, _ = drawn(3)
    names = {one.column for one in read_units_apart(np.round(x / 20), y, NAMES)}
    assert "age" not in names  # three different values
    assert "noise" not in {one.column for one in read_units_apart(x, y, NAMES)}  # half below 0
    assert not read_units_apart(x[:60], y[:60], NAMES)
