import ast

import pandas as pd
import pytest

from nbdoctor.readings.written_numbers import (
    DECIMALS,
    SEPARATED,
    WITH_UNIT,
    casts_in,
    columns_of,
    read_written,
)


@pytest.mark.parametrize(
    ("values", "lost", "forms"),
    [
        pytest.param(["3,5"] * 30 + ["4"] * 30, 0.5, (DECIMALS,), id="a comma"),
        pytest.param(["1,250"] * 15 + [980.0] * 45, 0.25, (SEPARATED,), id="thousands"),
        pytest.param(["12 mm"] * 60, 1.0, (WITH_UNIT,), id="a unit"),
        pytest.param(["$3.50"] * 60, 1.0, (WITH_UNIT,), id="a currency"),
        pytest.param(["3,5"] * 20 + ["n/a", "", "-"] * 10, 1.0, (DECIMALS,), id="nothing known"),
        pytest.param(["3,25", "1,234"] * 30, 1.0, (DECIMALS,), id="three decimals now and then"),
    ],
)
def test_ways_of_writing(values: list[object], lost: float, forms: tuple[str, ...]) -> None:
    found = read_written(values, "frame", "width")
    assert found is not None
    assert found.lost == pytest.approx(lost)
    assert found.forms == forms


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(["3.5", "4", "-1e-3"] * 20, id="plain numbers"),
        pytest.param(["3.5", "n/a"] * 30, id="numbers and gaps"),
        pytest.param(["red", "green", "3,5"] * 20, id="words"),
        pytest.param(["2020-01-05"] * 60, id="dates"),
        pytest.param([f"{n}{c}" for n in range(9) for c in "ABCDE"], id="names of places"),
        pytest.param(["3,5"] * 10, id="too few"),
    ],
)
def test_other_columns(values: list[object]) -> None:
    assert read_written(values, "frame", "width") is None


def test_tables_are_looked_through() -> None:
    frame = pd.DataFrame({"width": ["3,5"] * 40, "name": ["ash"] * 40, "height": [1.5] * 40})
    (found,) = columns_of({"frame": frame})
    assert (found.table, found.column) == ("frame", "width")


@pytest.mark.parametrize(
    ("text", "casts"),
    [
        ('pd.to_numeric(frame["a"], errors="coerce")', (True, False)),
        ('frame.apply(pd.to_numeric, errors="coerce")', (True, False)),
        ('frame.select_dtypes("number")', (False, True)),
        ('pd.to_numeric(frame["a"])', (False, False)),
    ],
)
def test_casts_of_the_cell(text: str, casts: tuple[bool, bool]) -> None:
    assert casts_in(ast.parse(text)) == casts
