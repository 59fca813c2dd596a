import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.mixed_units import read_mixed_units
from nbdoctor.readings.raw_tables import raw_table
from nbdoctor.readings.units import UNITS

NAMES = ["a", "b", "c"]


def drawn(seed: int, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(700, 3)) * [12, 9, 4] + [75, 160, 40]
    y = 2 * x[:, 0] + 8 * np.sin(x[:, 1] / 9) - x[:, 2] + noise * rng.normal(size=700)
    return x, y, rng.random(700)


@pytest.mark.parametrize(
    "units",
    ["degrees Celsius and Fahrenheit", "kilograms and pounds", "inches and centimetres"],
)
def test_columns_in_two_units(units: str) -> None:
    x, y, draw = drawn(1)
    factor, offset = UNITS[units]
    odd = draw < 0.35
    x[odd, 0] = x[odd, 0] * factor + offset
    found = read_mixed_units(x, y, NAMES)
    assert found is not None
    assert (found.column, found.units) == ("a", units)
    assert found.merged > 0.97
    assert found.share == pytest.approx(0.35, abs=0.12)
    assert 1 - found.by_chance > 2 * (1 - found.merged)


def test_scaled_columns_are_judged_by_the_raw_ones() -> None:
    x, y, draw = drawn(2)
    x[draw < 0.5, 0] *= 2.204623
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    rows = Rows(
        inputs={"x": scaled}, whole={"x": scaled}, targets={"y": (y - y.mean()) / y.std()},
        index=np.arange(len(x)), total=len(x),
    )  # fmt: skip
    table = raw_table(rows, {"raw": x, "target": y}, None, None, widest=40)
    assert table is not None
    assert np.array_equal(table.columns, x)
    assert np.array_equal(table.target, y)
    found = read_mixed_units(table.columns, table.target, NAMES)
    assert found is not None
    assert (found.column, found.units) == ("a", "kilograms and pounds")


@pytest.mark.parametrize("noise", [1.0, 12.0, 60.0])
def test_one_unit(noise: float) -> None:
    x, y, _ = drawn(3, noise)
    found = read_mixed_units(x, y, NAMES)
    assert found is not None
    assert not (found.merged >= 0.95 and 1 - found.by_chance >= 2 * (1 - found.merged))


def test_classes_are_no_numbers() -> None:
    x, y, _ = drawn(4)
    assert read_mixed_units(x, (y > y.mean()).astype(int), NAMES) is None
