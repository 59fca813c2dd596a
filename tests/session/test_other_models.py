from __future__ import annotations

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.source import Source, read_source
from nbdoctor.rules.treatment import Treatment
from nbdoctor.session.other_models import of_this_model

TWO = Cell(
    """\
one = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)])
one.compile("adam", "mse")
one.fit(x, y)
other = keras.Sequential([keras.layers.Dense(8)])
other.compile(keras.optimizers.Adam(10.0), "mse")
other.fit(x, y)
"""
)
IN_FUNCTION = Cell(
    """\
def net(width):
    m = keras.Sequential([keras.layers.Dense(width)])
    m.compile("adam", "mse")
    m.fit(x, y)
    return m
small = net(8)
scaled = scale(x)
other = keras.Sequential([keras.layers.Dense(8)])
other.compile(
    keras.optimizers.Adam(10.0), "mse"
)
other.fit(scaled, y)
"""
)


def source_of(cell: Cell, fit_line: int) -> Source:
    return read_source(cell, {}, fit_line)


def change(cell: Cell, old: str, new: str) -> Treatment:
    changed = Cell(cell.source.replace(old, new, 1))
    return Treatment(
        title="Change it",
        text="Changes it.",
        effect="training",
        patched=changed.source,
        diff=cell.diff(changed),
    )


@pytest.mark.parametrize(
    ("cell", "fit_line", "old", "new"),
    [
        pytest.param(TWO, 3, "Adam(10.0)", "Adam(0.01)", id="two in a row"),
        pytest.param(TWO, 6, '"adam"', "Adam(0.01)", id="the first of two"),
        pytest.param(IN_FUNCTION, 4, "Adam(10.0)", "Adam(0.01)", id="one in a function"),
    ],
)
def test_a_change_of_another_model_is_not_offered(
    cell: Cell, fit_line: int, old: str, new: str
) -> None:
    offered = change(cell, old, new)
    kept = of_this_model(offered, cell, source_of(cell, fit_line))
    assert (kept.patched, kept.diff) == (None, "")
    assert (kept.title, kept.text) == (offered.title, offered.text)


@pytest.mark.parametrize(
    ("cell", "fit_line", "old", "new"),
    [
        pytest.param(TWO, 6, "Adam(10.0)", "Adam(0.01)", id="its own optimizer"),
        pytest.param(TWO, 3, "Dense(4)", "Dense(64)", id="its own layer"),
        pytest.param(IN_FUNCTION, 4, "Dense(width)", "Dense(64)", id="in its function"),
        pytest.param(IN_FUNCTION, 4, "scale(x)", "scale(x, 2)", id="data that both may use"),
        pytest.param(IN_FUNCTION, 12, "Adam(10.0)", "Adam(0.01)", id="over several lines"),
    ],
)
def test_a_change_of_its_own_model_is(cell: Cell, fit_line: int, old: str, new: str) -> None:
    offered = change(cell, old, new)
    assert of_this_model(offered, cell, source_of(cell, fit_line)) == offered


def test_lines_that_only_come_before_another_model_are_no_change_of_it() -> None:
    offered = change(TWO, "other = keras", "x = x / 255\nother = keras")
    assert of_this_model(offered, TWO, source_of(TWO, 3)) == offered


def test_without_a_fit_everything_is_offered() -> None:
    offered = change(TWO, "Adam(10.0)", "Adam(0.01)")
    assert of_this_model(offered, TWO, None) == offered
    assert of_this_model(offered, TWO, Source()) == offered
