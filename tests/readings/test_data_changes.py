"""What lines did to the data is told from copies of before and after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbdoctor.capture.changes import Changes
from nbdoctor.cell.cell import Cell
from nbdoctor.readings import data_changes as module
from nbdoctor.readings.data_changes import DataChanges, read_data_changes
from nbdoctor.readings.earlier_signal import values_before
from tests.rules.changing import changed

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = np.arange(60) % 3
START = "import numpy as np\norder = np.random.default_rng(1).permutation(60)\n"


def after(lines: str, x: Any = X, y: Any = Y) -> tuple[DataChanges | None, Changes, dict[str, Any]]:
    """Run lines one by one as the magic does, and read what they did."""
    changes = Changes.of(Cell(f"{START}{lines}\nmodel.fit(x, y)"))
    space = {"x": x.copy(), "y": y.copy()}
    exec(START, space)  # noqa: S102
    for number, line in enumerate(lines.split("\n"), start=START.count("\n") + 1):
        changes.about_to_run(number, space)
        exec(line, space)  # noqa: S102
    changes.about_to_run(99, space)
    return read_data_changes(changes, space, space), changes, space


def read(lines: str, **data: Any) -> DataChanges:
    found, _, _ = after(lines, **data)
    assert found is not None
    return found


def test_a_line_that_makes_all_rows_equal_is_named() -> None:
    found = read("x = x * 2\nx = x * 0\nx = x + 1")
    change = found.made_constant("x")
    assert change is not None
    assert (change.line, change.variable, change.rows) == (4, "x", 60)
    assert change.shown == "Line 4, `x = x * 0`,"
    assert found.made_constant("y") is None


def test_a_line_that_leaves_one_class_is_named() -> None:
    change = read("y = y + 1\ny = (y > 9).astype(int)").made_one_class()
    assert change is not None
    assert (change.line, change.distinct_before, change.distinct) == (4, 3, 1)
    assert read("y = np.eye(3)[y]\ny = y * [1, 0, 0]\ny[:] = 1").made_one_class().line == 5  # type: ignore[union-attr]
    assert read("y = y + 1").made_one_class() is None


def test_a_line_that_makes_values_nan_is_named() -> None:
    change = read("x = x - x[:1]\nx[x == 0] = np.nan").made_broken("x")
    assert change is not None
    assert (change.line, change.broken_before, change.broken) == (4, 0, 3)
    assert read("x = x * 2").made_broken("x") is None


def test_wide_targets_are_not_counted() -> None:
    (change,) = read("y = y * 0", y=np.tile(RNG.normal(size=(60, 1)), (1, 80))).changes
    assert (change.distinct_before, change.distinct) == (0, 0)


@pytest.mark.parametrize(
    "lines",
    [
        "y = y[order]",
        "x = x[order]",
        "np.random.default_rng(2).shuffle(y)",
        "y = np.sort(y)",
        "x, y = x[order], y[::-1]",
        "x = x[order]\ny = y[order][order]",
        "x, y = x[order], y[order]\ny = y[order]",
        "x = x * 2\ny = y[order]",
    ],
)
def test_one_order_for_rows_and_another_for_labels_is_seen(lines: str) -> None:
    found = read(lines)
    assert found.apart
    assert found.apart[-1].line == 2 + len(lines.split("\n"))


@pytest.mark.parametrize(
    "lines",
    [
        "x, y = x[order], y[order]",
        "x = x[order]\ny = y[order]",
        "x, y = x[order], y[order]\nx = x * 2",
        "y = y + 1",
        "y = 2 - y",
        "x = x[:, ::-1]",
        "x = x[::2]\ny = y[::2]",
    ],
)
def test_rows_that_stay_with_their_labels_are_not_apart(lines: str) -> None:
    assert not read(lines).apart


def test_rows_that_were_changed_as_well_are_not_followed() -> None:
    assert not read("x = x[order] * 2\ny = y[order]\nx = x[order]\ny = y[order]").apart


def test_nothing_is_said_where_nothing_changed_or_fit_gets_other_data() -> None:
    assert after("print(x.shape)")[0] is None
    assert after("x = x + 0")[0] is None
    changes = Changes.of(Cell("x = x * 0\nmodel.fit(x, y)"))
    changes.about_to_run(1, {"x": X})
    changes.about_to_run(2, {"x": X * 0})
    assert read_data_changes(changes, {"x": "a dataset"}, {"x": X * 0}) is None


def test_labels_alone_in_memory_are_not_called_apart() -> None:
    changes = Changes.of(Cell("y = np.sort(y)\nmodel.fit(x, y)"))
    given = {"x": X[:], "y": np.sort(Y)}
    changes.about_to_run(1, {"y": Y})
    changes.about_to_run(2, given)
    found = read_data_changes(changes, given, {"y": given["y"]})
    assert found is not None
    assert found.changes[0].reordered
    assert not found.apart


def test_rows_beyond_a_number_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 59)
    assert not read("y = y[order]").changes[0].reordered


def test_rows_and_labels_before_the_line_are_given() -> None:
    found, changes, space = after("x = x * 2\ny = y[order]")
    assert found is not None
    x, y = values_before(found.apart[0], changes, space)
    assert np.array_equal(x, X * 2)
    assert np.array_equal(y, Y)


def test_what_other_lines_did_is_not_laid_on_a_changing_line() -> None:
    found = read("x = x * 2\nx.fill(0); y = y * 0")
    assert [change.line for change in found.changes] == [3]
    assert found.made_constant("x") is None
    assert found.made_one_class() is None


def test_a_long_line_is_cut() -> None:
    change = changed(line=3, text="x = " + "x + " * 40 + "0", rows=1, constant=True)
    assert len(change.shown) < 75
    assert change.shown.endswith("…`,")
