"""The earlier cells that build what a cell trains are found, joined, edited and told apart."""

from __future__ import annotations

import types
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.program import Part, Program, program_of

TRAIN = "%%diagnose\nmodel.fit(x, y)"


def own(name: str) -> Any:
    """A function that a cell defines."""
    made = types.FunctionType((lambda: None).__code__, {}, name)
    made.__module__ = "__main__"
    return made


NAMES = {"build": own("build"), "head": own("head"), "len": len}


@pytest.mark.parametrize(
    ("history", "numbers"),
    [
        pytest.param({1: "model = Sequential()"}, (1,), id="one cell"),
        pytest.param(
            {1: "model = S()", 2: "x = 1", 3: "model.add(D(1))\nmodel.compile('sgd')"},
            (1, 3),
            id="built and compiled",
        ),
        pytest.param(
            {1: "def head(m): pass", 2: "def build(): return head(S())", 4: "model = build()"},
            (1, 2, 4),
            id="functions",
        ),
        pytest.param({1: "model = S()", 2: "model = T()"}, (2,), id="built again"),
        pytest.param({1: "%matplotlib inline\nmodel = S()", 2: "not python("}, (1,), id="magics"),
        pytest.param({1: "model.compile('sgd')"}, (), id="built nowhere"),
        pytest.param({1: "other = S()"}, (), id="another model"),
        pytest.param(
            {1: "model = S()", **dict.fromkeys(range(2, 7), "model.add(D(1))")}, (), id="too many"
        ),
    ],
)
def test_the_cells_that_build_a_model(history: dict[int, str], numbers: tuple[int, ...]) -> None:
    program = program_of(Cell(TRAIN), "model", list(history.items()), NAMES)
    found = () if program is None else tuple(part.number for part in program.earlier)
    assert found == numbers


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((2, 2), "line 1 of cell [3]"),
        ((2, 3), "lines 1 to 2 of cell [3]"),
        ((8, 8), "line 2"),
        ((3, 8), "line 2 of cell [3] and line 1 of cell [5] and lines 1 to 2"),
    ],
)
def test_lines_are_told_cell_by_cell(lines: tuple[int, int], told: str) -> None:
    program = Program((Part(3, "a\nb"), Part(5, "c")), "d\ne")
    assert program.cell.source.split("\n")[1:3] == ["a", "b"]
    assert program.told(*lines) == told


@pytest.mark.parametrize("source", ["model = S()\nmodel.fit(x)", "fit(x)"])
def test_a_cell_that_builds_its_own_model_is_enough(source: str) -> None:
    name = "model" if "model" in source else ""
    assert program_of(Cell(source), name, [(1, "model = S()")], {}) is None


PROGRAM = Program(
    (Part(2, "%time\nmodel = S([\n    D(1)])"), Part(5, "model.compile('sgd')")), TRAIN
)


def test_lines_are_counted_in_the_whole() -> None:
    for line, text in enumerate(TRAIN.split("\n"), start=1):
        place = PROGRAM.line(line)
        assert place is not None
        assert PROGRAM.cell.source.split("\n")[place - 1] == text
    assert PROGRAM.line(None) is None


def test_nothing_has_changed_where_nothing_was_edited() -> None:
    assert PROGRAM.changed(PROGRAM.cell.source) == []


def test_an_edit_is_that_of_its_cell() -> None:
    edited = PROGRAM.cell.with_argument("D", "activation", "'relu'")
    assert PROGRAM.changed(edited.source) == [
        (PROGRAM.earlier[0], "%time\nmodel = S([\n    D(1, activation='relu')])")
    ]
    both = edited.with_argument("fit", "epochs", "3")
    assert [part for part, _ in PROGRAM.changed(both.source)] == [PROGRAM.earlier[0], None]


def test_a_patch_of_a_part_is_one_of_the_whole() -> None:
    whole = PROGRAM.with_part(PROGRAM.earlier[1].source, "model.compile('adam')")
    assert PROGRAM.changed(whole) == [(PROGRAM.earlier[1], "model.compile('adam')")]
    assert PROGRAM.changed(PROGRAM.with_part("", "pass")) == [(None, "pass")]
