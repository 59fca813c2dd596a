from types import SimpleNamespace

import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.lines import layer_lines
from nbdoctor.readings.source import DataVariable, Source, read_source

GENERATOR = """
def batches(size):
    while True:
        yield pick(rows), size

model.fit(batches(32), steps_per_epoch=3)
"""


@pytest.mark.parametrize(
    ("source", "reaches"),
    [
        pytest.param("a = b\nmodel.fit(a, y)", {"a", "b", "y"}, id="assigned"),
        pytest.param("a, (b, *c) = load(d)\nmodel.fit(c)", {"c", "load", "d"}, id="unpacked"),
        pytest.param("a: int = b\nmodel.fit(a)", {"a", "b"}, id="annotated"),
        pytest.param("a += b\nmodel.fit(a)", {"a", "b"}, id="augmented"),
        pytest.param("a[:] = b\nmodel.fit(a)", {"a", "b"}, id="filled"),
        pytest.param("a[0][m] += b\nmodel.fit(a)", {"a", "b"}, id="a part augmented"),
        pytest.param("a.rows = b\nmodel.fit(a.rows)", {"a", "b"}, id="an attribute"),
        pytest.param("f(a := b)\nmodel.fit(a)", {"a", "b"}, id="a walrus"),
        pytest.param("for a in b:\n    model.fit(a)", {"a", "b"}, id="a loop"),
        pytest.param("model.fit([f(a) for a in b])", {"f", "a", "b"}, id="a comprehension"),
        pytest.param("with open(p) as f:\n    model.fit(f)", {"f", "open", "p"}, id="with"),
        pytest.param("def f():\n    return a\nmodel.fit(f())", {"f", "a"}, id="a function"),
        pytest.param("class D:\n    rows = a\nmodel.fit(D())", {"D", "a"}, id="a class"),
        pytest.param(GENERATOR, {"batches", "pick", "rows", "size"}, id="a generator"),
        pytest.param("model.fit(x, validation_data=(v, w))", {"x", "v", "w"}, id="validation"),
        pytest.param("model.fit(*args, **more)", {"args", "more"}, id="stars"),
        pytest.param("a = a + 1\nmodel.fit(a)", {"a"}, id="of itself"),
        pytest.param("a = 1\nmodel.predict(a)", set(), id="no fit"),
    ],
)
def test_names_are_followed_to_their_sources(source: str, reaches: set[str]) -> None:
    assert set(read_source(Cell(source), {}).reaches_fit) == reaches


def test_a_generator_is_known_by_its_yield() -> None:
    found = read_source(Cell("%%diagnose" + GENERATOR), {})
    assert found.yield_line == 4
    assert found.fit_data == "batches(32)"
    assert (found.x_name, found.model_name) == ("", "model")
    assert read_source(Cell("def g():\n    yield 1\nmodel.fit(x)"), {}).yield_line is None


@pytest.mark.parametrize(
    ("source", "used"),
    [
        pytest.param("model.fit(x)\nplot(z)", {"z", "plot"}, id="a plot"),
        pytest.param("model.fit(x)\nprint(model.evaluate(v, w))", {"v", "w"}, id="evaluated"),
        pytest.param("model.fit(x)\nloss = model.evaluate(v, w)", {"v", "w"}, id="judged"),
        pytest.param("model.fit(x)\nif a:\n    show(b)", {"b"}, id="in a block"),
        pytest.param("model.fit(x)\nb = scale(z)", set(), id="only assigned"),
        pytest.param("history = model.fit(x)\nz.shape", set(), id="not called"),
    ],
)
def test_names_that_serve_something_else_are_told(source: str, used: set[str]) -> None:
    found = set(read_source(Cell(source), {}).used_elsewhere)
    assert used <= found
    assert "x" not in found
    assert used or not found


def test_the_fit_that_is_examined_is_the_one_on_its_line() -> None:
    cell = Cell("a.fit(x1, y1)\nb.fit(\n    x2,\n    y=y2,\n)\n(c if d else e).fit(x3[:5])")
    first, second = read_source(cell, {}), read_source(cell, {}, 4)
    assert (first.model_name, first.x_name, first.y_name) == ("a", "x1", "y1")
    assert (second.model_name, second.x_name, second.y_name) == ("b", "x2", "y2")
    third = read_source(cell, {}, 6)
    assert (third.model_name, third.x_name, third.fit_data) == ("c if d else e", "", "x3[:5]")
    assert read_source(cell, {}, 99).model_name == "a"


def test_variables_that_hold_data_are_those_of_this_cell() -> None:
    cell = Cell("x, y = load()\nn = 3\nx = x / 2\nimport a\nmodel.fit(x, y)\nk = Input(2)")
    symbolic = SimpleNamespace(shape=(None, 2))
    names = {"x": np.zeros((5, 2), "float32"), "y": np.zeros(5), "n": 3, "z": np.ones(2)}
    assert read_source(cell, {**names, "k": symbolic, "load": np.ndarray}).defines == (
        DataVariable(name="x", line=1, shape=(5, 2), dtype="float32"),
        DataVariable(name="y", line=1, shape=(5,), dtype="float64"),
    )


def test_magics_are_no_obstacle() -> None:
    found = read_source(Cell("%%diagnose -q\n!ls\nfiles = !ls\n%time f()\nmodel.fit(x, y)"), {})
    assert (found.x_name, found.y_name) == ("x", "y")
    assert found.calls[-1].line == 5


def test_a_cell_that_is_not_python_tells_nothing() -> None:
    assert read_source(Cell("model.fit("), {}) == Source()


LAYERS = [("dense", "Dense"), ("dense_1", "Dense"), ("drop", "Dropout")]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        pytest.param(
            "Dense(1)\nDropout(0.1)\nDense(2)", {"dense": 1, "dense_1": 3, "drop": 2}, id="as many"
        ),
        pytest.param("for _ in a:\n    Dense(1)\nDropout(0.1)", {"drop": 3}, id="a loop"),
        pytest.param("f()\nDense(1, name='dense_1')", {"dense_1": 2}, id="by its name"),
        pytest.param("f()", {}, id="made elsewhere"),
    ],
)
def test_layers_have_lines_where_the_text_leaves_no_doubt(
    source: str, lines: dict[str, int]
) -> None:
    assert layer_lines(Cell(source).calls, LAYERS) == lines
