"""The lines of a cell that change its data, and the copies of what they find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbdoctor.capture import changes as module
from nbdoctor.capture.changes import Changes, changing_lines
from nbdoctor.cell.cell import Cell


def found(lines: str, fit: str = "model.fit(x, y)") -> list[tuple[int, tuple[str, ...]]]:
    return [(one.line, one.names) for one in changing_lines(Cell(f"{lines}\n{fit}"))]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("x = x / 255", ("x",)),
        ("x /= 255", ("x",)),
        ("x[x > 1] = 1", ("x",)),
        ("x, y = x[order], y[order]", ("x", "y")),
        ("y = (y > 5).astype(int)", ("y",)),
        ("np.random.shuffle(y)", ("y",)),
        ("rng.shuffle(x)", ("x",)),
        ("y.sort()", ("y",)),
        ("np.clip(x, 0, 1, out=x)", ("x",)),
        ("x: object = x.reshape(-1, 4)", ("x",)),
    ],
)
def test_a_line_that_changes_data_is_found(line: str, names: tuple[str, ...]) -> None:
    assert found(f"import numpy as np\n{line}") == [(2, names)]


@pytest.mark.parametrize(
    "line",
    [
        "x = load()",
        "z = x / 255",
        "print(x)",
        "model.fit(x, y)",
        "x = x / 255; y = y - 1",
        "if scaled: x = x / 255",
        "def scaled(x): return x / 255",
    ],
)
def test_other_lines_are_not(line: str) -> None:
    assert not found(line)


def test_data_that_fit_gets_under_a_name_counts_and_what_follows_fit_does_not() -> None:
    assert found("a = a / 2\nb = b + 1\nc = c * 2", "model.fit(y=b, x=a)\na = a * 2") == [
        (1, ("a",)),
        (2, ("b",)),
    ]
    assert not found("x = x / 2", "model.fit(data)")
    assert not found("x = (x", "model.fit(x)")


def test_a_magic_line_moves_nothing_and_the_text_is_as_written() -> None:
    (one,) = changing_lines(Cell("%%diagnose\n!ls\nx = (x -\n     2)  # why\nmodel.fit(x, y)"))
    assert (one.line, one.text) == (3, "x = (x - 2)")


def changes(cell: str = "x = x / 2\ny = y + 1\nmodel.fit(x, y)") -> Changes:
    return Changes.of(Cell(cell))


def test_copies_are_kept_from_before_the_line() -> None:
    noted, x, y = changes(), np.arange(6.0), pd.Series([1, 2])
    noted.about_to_run(1, {"x": x, "y": y})
    x[:] = 0
    noted.about_to_run(2, {"x": x, "y": y})
    y[:] = 0
    assert noted.before[1]["x"].tolist() == [0, 1, 2, 3, 4, 5]
    assert noted.before[2]["y"].tolist() == [1, 2]
    noted.about_to_run(1, {"x": x, "y": y})  # in a loop of the user's: the first time counts
    assert noted.before[1]["x"].tolist() == [0, 1, 2, 3, 4, 5]


def test_what_a_line_left_is_kept_before_anything_else_changes_it() -> None:
    noted = changes("x = x / 2\nother()\ny = y + 1\nmodel.fit(x, y)")
    x, y = np.ones(3), np.zeros(3)
    noted.about_to_run(1, {"x": x, "y": y})
    noted.about_to_run(2, {"x": x / 2, "y": y})
    noted.about_to_run(3, {"x": x * 7, "y": y})
    noted.about_to_run(4, {"x": x * 7, "y": y + 1})
    assert noted.after[1]["x"].tolist() == [0.5] * 3
    assert noted.after[3]["y"].tolist() == [1] * 3


def test_what_one_line_left_and_the_next_found_is_one_copy() -> None:
    noted = changes("x = x / 2\nx = x / 3\nmodel.fit(x, y)")
    for line in (1, 2, 3):
        noted.about_to_run(line, {"x": np.zeros(line)})
    assert noted.after[1]["x"] is noted.before[2]["x"]
    assert len(noted.after[2]["x"]) == 3


class Array(np.ndarray[Any, Any]):
    """It may do anything when it is copied."""


@pytest.mark.parametrize(
    "value",
    [[1, 2], "text", np.zeros(3).view(Array), np.array([None]), iter([1]), None],
    ids=["list", "text", "array of another class", "objects", "iterator", "nothing"],
)
def test_what_is_no_plain_array_is_left_alone(value: Any) -> None:
    noted = changes()
    noted.about_to_run(1, {"x": value})
    assert not noted.before


def test_nothing_is_kept_of_other_lines_unknown_names_or_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    noted = changes("x = x / 2\nx = x / 3\nmodel.fit(x, y)")
    noted.about_to_run(7, {"x": np.zeros(1)})
    noted.about_to_run(1, {"z": np.zeros(1)})
    assert not noted.before
    noted.about_to_run(1, {"x": np.zeros(10)})
    noted.about_to_run(2, {"x": np.zeros(10)})
    assert list(noted.before) == [1]
