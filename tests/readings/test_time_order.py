from typing import Any

import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.time_order import time_columns, times_of, windows_share

pd = pytest.importorskip("pandas")
DAYS = pd.date_range("2021-03-01", periods=400, freq="D")
LEVEL = np.sin(np.arange(400) / 9)


def windows(series: np.ndarray) -> Rows:
    x = np.stack([series[at : at + 6] for at in range(len(series) - 6)])
    return Rows(inputs={"x": x}, targets={}, index=np.arange(len(x)), total=len(x), whole={"x": x})


@pytest.mark.parametrize("written", ["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%b %d, %Y", "%Y-%m-%d"])
def test_dates_are_parsed_as_they_are_meant(written: str) -> None:
    times, found = times_of(pd.Series(DAYS.strftime(written)))
    assert times is not None
    assert found == written
    assert (np.diff(times) == 86_400).all()


def test_other_texts_are_no_times() -> None:
    assert times_of(pd.Series(["a", "b"] * 20)) == (None, "")
    assert times_of(pd.Series(np.arange(40.0))) == (None, "")


def test_rows_sorted_by_the_text_of_the_dates() -> None:
    frame = pd.DataFrame({"day": DAYS.strftime("%d/%m/%Y"), "level": LEVEL, "noise": 1.0})
    (found,) = time_columns({"gauge": frame.sort_values("day")}, ("gauge",))
    assert (found.table, found.column, found.series) == ("gauge", "day", "level")
    assert found.as_text
    assert found.backwards > 50
    assert found.smooth < 0.5
    assert found.smooth_in_order > 0.95


def test_rows_in_order() -> None:
    frame = pd.DataFrame({"day": DAYS, "level": LEVEL})
    (found,) = time_columns({"gauge": frame}, ("gauge",))
    assert (found.backwards, found.smooth) == (0, found.smooth_in_order)


@pytest.mark.parametrize(
    ("days", "gaps"),
    [
        pytest.param(DAYS, 0, id="every day"),
        pytest.param(DAYS.delete([50, 51, 120, 300]), 3, id="four days are missing"),
        pytest.param(pd.date_range("2021-03-01", periods=300, freq="B"), 0, id="weekends"),
        pytest.param(pd.date_range("1990-01-01", periods=200, freq="MS"), 0, id="months"),
        pytest.param(DAYS[np.random.default_rng(0).permutation(400)[:150]].sort_values(), 0,
                     id="no usual step"),
    ],
)  # fmt: skip
def test_gaps_are_counted(days: Any, gaps: int) -> None:
    frame = pd.DataFrame({"day": days, "level": np.sin(np.arange(len(days)) / 9)})
    (found,) = time_columns({"gauge": frame}, ("gauge",))
    assert found.gaps == gaps


def test_the_index_counts_too() -> None:
    frame = pd.DataFrame({"level": LEVEL}, index=DAYS.strftime("%m/%d/%Y")).sort_index()
    (found,) = time_columns({"gauge": frame}, ("gauge",))
    assert (found.column, found.as_text) == ("", True)


def test_times_in_several_columns_and_in_numbers() -> None:
    parts = pd.DataFrame({"Year": DAYS.year, "Month": DAYS.month, "Day": DAYS.day, "level": LEVEL})
    (found,) = time_columns({"t": parts.sort_values(["Day", "Month"])}, ("t",))
    assert (found.column, found.series) == ("Year, Month, Day", "level")
    assert found.backwards > 50
    assert found.smooth_in_order > 0.95
    stamps = pd.DataFrame({"timestamp": np.arange(400) * 60, "level": LEVEL})
    (found,) = time_columns({"t": stamps}, ("t",))
    assert (found.column, found.backwards) == ("timestamp", 0)


def test_windows_are_known_by_what_they_share() -> None:
    assert windows_share(windows(LEVEL)) == 1.0
    shuffled = windows(LEVEL).whole["x"][np.random.default_rng(0).permutation(394)]
    rows = windows(LEVEL)
    table = Rows(
        inputs={"x": shuffled}, targets={}, index=rows.index, total=394, whole={"x": shuffled}
    )
    assert windows_share(table) < 0.1
