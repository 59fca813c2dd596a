from typing import Any

import pandas as pd
import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.tables import quoted, with_column, with_lines_after


def test_lines_stand_behind_the_whole_statement() -> None:
    cell = Cell('frame = load(\n    "a.csv",\n)\nx = frame\n')
    made = with_lines_after(cell, "frame", "frame = frame.dropna()")
    assert made.source == ('frame = load(\n    "a.csv",\n)\nframe = frame.dropna()\nx = frame\n')


@pytest.mark.parametrize("column", ["age", "net income", "class", 'a "b"'])
def test_a_column_of_other_values(column: str) -> None:
    names: dict[str, Any] = {"old": pd.DataFrame({column: [1, 2], "y": [0, 1]})}
    names["table"] = names["old"]
    exec(with_column("table", column, "[5, 6]"), names)  # noqa: S102  (written here)
    assert names["table"][column].tolist() == [5, 6]
    assert names["old"][column].tolist() == [1, 2]
    assert with_column("t", "age", "0") == "t = t.assign(age=0)"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("x = table\n", id="not in this cell"),
        pytest.param("frame = load()\nframe = frame.dropna()\n", id="made twice"),
        pytest.param("frame = load(); x = frame\n", id="one line"),
        pytest.param("if True:\n    frame = load()\n", id="in a block"),
    ],
)
def test_other_statements_are_left_alone(source: str) -> None:
    with pytest.raises(CannotEditError):
        with_lines_after(Cell(source), "frame", "pass")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("one, frame = split(all)\nx = frame\n", "one, frame = split(all)\nNEW\nx = frame\n"),
        ("y = 1\nx = frame\nz = frame\n", "y = 1\nNEW\nx = frame\nz = frame\n"),
        (
            "@with_this\ndef f():\n    return frame\n",
            "NEW\n@with_this\ndef f():\n    return frame\n",
        ),
    ],
    ids=["one of several", "made in an earlier cell", "read in a function"],
)
def test_lines_stand_before_the_variable_is_used(source: str, expected: str) -> None:
    assert with_lines_after(Cell(source), "frame", "NEW").source == expected


def test_names_are_quoted() -> None:
    assert quoted("a b", 'c"d') == '["a b", \'c"d\']'
