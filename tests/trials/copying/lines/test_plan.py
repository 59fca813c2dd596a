"""Which lines of a cell are run again: those that build the model, and no others."""

import ast
import os
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.copying.fit_call import fit_number
from nbdoctor.trials.copying.lines.plan import plan_of
from nbdoctor.trials.copying.plan import Plan, Request
from nbdoctor.trials.refusal import UnprovedError, UntriedError

pytestmark = pytest.mark.keras

DATA = {"keras": keras, "np": np, "x": np.zeros((9, 4)), "y": np.zeros(9), "width": 8}

CELL = """
x, y = load("somewhere")
open("log.txt", "w").write("begun")
model = keras.Sequential()
for _ in range(2):
    model.add(keras.layers.Dense(width))
print(model.count_params())
model.compile("adam", "mse")
model.summary()
history = model.fit(x, y, epochs=2)
print(history)
"""


class Client:
    """It may talk to anybody."""


def plan(source: str, patched: str = "", **names: Any) -> Plan:
    return plan_of(Request(Cell(patched or source), Cell(source), {**DATA, **names}))


def lines(of: Plan) -> list[str]:
    return [ast.unparse(one).split("\n")[0] for one in of.statements]


def test_only_what_builds_is_run_again() -> None:
    assert lines(plan(CELL)) == [
        "model = keras.Sequential()",
        "for _ in range(2):",
        "model.compile('adam', 'mse')",
    ]


def test_functions_and_constants_are_followed() -> None:
    source = """
rate = 0.1
def build(units):
    made = keras.Sequential([keras.layers.Dense(units)])
    made.compile(keras.optimizers.SGD(rate), "mse")
    return made
model = build(3)
model.optimizer.learning_rate = 0.5
model.fit(x, y)
"""
    assert lines(plan(source, rate=0.1)) == [
        "def build(units):",
        "model = build(3)",
        "model.optimizer.learning_rate = 0.5",
    ]


def test_what_a_treatment_adds_is_run_on_the_rows() -> None:
    patched = CELL.replace("model.summary()", "x = (x - x.mean(0)) / (x.std(0) + 1)")
    made = plan(CELL, patched)
    assert lines(made)[-1].startswith("x = (x - x.mean(0))")
    assert made.on_rows == {3}


def test_callbacks_are_not_made_again() -> None:
    source = "stop = Stop(mode='max')\n" + CELL.replace("epochs=2", "epochs=2, callbacks=[stop]")
    assert lines(plan(source, source.replace("max", "min"))) == lines(plan(CELL))
    used = source.replace("Dense(width)", "Dense(width * stop.times)")
    with pytest.raises(UntriedError, match="calls `Stop`"):
        plan(used, used.replace("max", "min"))


def test_layers_that_are_set_in_a_loop_are_set_again() -> None:
    source = CELL.replace("model.summary()", "for layer in model.layers: layer.trainable = False")
    assert lines(plan(source))[-1] == "for layer in model.layers:"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        pytest.param("def run():\n    model.fit(x, y)\nrun()", "function, a loop", id="a function"),
        pytest.param("for n in range(3):\n    model.fit(x, y)", "a loop or a block", id="a loop"),
        pytest.param(
            "model = keras.Sequential()\nmodel.fit(x, y)\nmodel.fit(x, y)",
            "has already trained a part",
            id="trained before",
        ),
        pytest.param(
            'model = keras.Sequential()\nmodel.load_weights("w.h5")\nmodel.fit(x, y)',
            "loads weights",
            id="loaded weights",
        ),
        pytest.param(
            'model = keras.models.load_model("m.keras")\nmodel.fit(x, y)',
            "line 1 calls `keras.models.load_model`, and nbdoctor can't tell what that does",
            id="a saved model",
        ),
        pytest.param(
            "model = keras.applications.ResNet50()\nmodel.fit(x, y)",
            "line 1 calls `keras.applications.ResNet50`",
            id="weights from the network",
        ),
        pytest.param(
            "model = keras.Sequential(open('n').read())\nmodel.fit(x, y)",
            "line 1 calls `open`",
            id="a file",
        ),
        pytest.param(
            "def build():\n    import os\n    return keras.Sequential()\n"
            "model = build()\nmodel.fit(x, y)",
            "line 2 imports a module that nbdoctor does not know",
            id="an import of the shell",
        ),
        pytest.param(
            "import os\nmodel = keras.Sequential([getattr(os, 'system')('true')])\nmodel.fit(x, y)",
            "line 2 uses `os`",
            id="a way around by getattr",
        ),
        pytest.param(
            "model = keras.Sequential(list(map(open, ['n'])))\nmodel.fit(x, y)",
            "line 1 uses `open`",
            id="a file opened by map",
        ),
        pytest.param(
            "data = keras.datasets\nmodel = keras.Sequential(data.mnist.load_data())\n"
            "model.fit(x, y)",
            "line 1 uses `keras.datasets`",
            id="a download under another name",
        ),
        pytest.param(
            "model = keras.Sequential(client.layers())\nmodel.fit(x, y)",
            "line 1 calls `client.layers`",
            id="a method of who knows what",
        ),
        pytest.param("print(1)", "does not contain the call of `fit`", id="no fit"),
    ],
)
def test_the_rest_is_refused_with_its_reason(source: str, why: str) -> None:
    second = source.count("model.fit(x, y)") - 1 if "\nmodel.fit(x, y)\n" in source else 0
    names = {**DATA, "client": Client(), "os": os}
    with pytest.raises(UntriedError, match=why):
        plan_of(Request(Cell(source), Cell(source), names, second))


def test_a_line_that_has_changed_its_own_data_cannot_be_redone() -> None:
    source = "x = x / 255\nmodel = keras.Sequential()\nmodel.fit(x, y)"
    with pytest.raises(UntriedError, match="line 1 has already changed its data"):
        plan(source, source.replace("x / 255", "x / 255 / 2"))


def test_architectures_without_weights_are_built() -> None:
    source = "model = keras.applications.ResNet50(weights=None)\nmodel.fit(x, y)"
    assert len(plan(source).statements) == 1


SCALED = """
start = keras.Input((32, 32, 3))
flow = keras.applications.vgg16.preprocess_input({})
model = keras.Model(start, flow)
model.fit(x, y)
"""


def test_what_scales_inside_of_a_model_is_run_and_what_scales_an_array_is_not() -> None:
    start = keras.Input((32, 32, 3))
    assert len(plan(SCALED.format("start"), start=start).statements) == 3
    with pytest.raises(UntriedError, match="may change `pictures` in place"):
        plan(SCALED.format("pictures"), start=start, pictures=np.zeros(3))


def test_the_lines_that_would_run_are_told() -> None:
    source = (
        "\n\nmodel = keras.Sequential(open('n').read())\nz = 1\nmodel.compile()\nmodel.fit(x, y)"
    )
    with pytest.raises(UnprovedError) as found:
        plan(source)
    assert found.value.runs == (3, 5)
    unproved = plan_of(Request(Cell(source), Cell(source), DATA), unproved=True)
    assert len(unproved.statements) == 2


def test_data_that_is_changed_in_place_is_a_copy() -> None:
    made = plan(CELL, CELL.replace("model.summary()", "x *= 2\nx[0] = 0"))
    assert made.owned == {"x"}


def test_a_class_is_not_registered_again() -> None:
    source = """
@keras.saving.register_keras_serializable(package="mine")
class Own(keras.layers.Layer):
    def call(self, inputs):
        return inputs
model = keras.Sequential([Own()])
model.fit(x, y)
"""
    assert lines(plan(source)) == [
        "class Own(keras.layers.Layer):",
        "model = keras.Sequential([Own()])",
    ]


def test_the_fit_is_found_by_its_line() -> None:
    cell = Cell("scaler.fit(x)\nmodel.fit(\n  x, y)\nother.fit(x, y)")
    assert (fit_number(cell, None), fit_number(cell, 3), fit_number(cell, 4)) == (1, 1, 2)


BEFORE = {"x": np.ones((9, 4))}
CHANGING = CELL.replace("model = ", "x = x * 0\nx = x[:, :2]\nmodel = ", 1)


def restored(patched: str, before: dict[int, Any]) -> Plan:
    return plan_of(Request(Cell(patched), Cell(CHANGING), DATA, earlier=before))


def test_what_the_data_was_before_a_line_that_is_left_out_comes_back() -> None:
    made = restored(CHANGING.replace("x = x * 0\n", ""), {4: BEFORE})
    assert made.restored == BEFORE
    assert [lines(made)[at] for at in made.on_rows] == ["x = x[:, :2]"]


def test_only_what_follows_it_goes_on_from_there() -> None:
    patched = "import math\n" + CHANGING.replace("x = x[:, :2]\n", "")
    made = restored(patched, {5: BEFORE})
    assert made.restored == BEFORE
    assert "x = x * 0" not in lines(made)


def test_of_several_lines_left_out_the_first_tells() -> None:
    first = {"x": np.zeros((9, 4))}
    made = restored(
        CHANGING.replace("x = x * 0\nx = x[:, :2]\n", ""), {4: first, 5: BEFORE | {"y": 1}}
    )
    assert made.restored == {**first, "y": 1}


def test_an_altered_line_works_on_what_the_data_was_before_it() -> None:
    made = restored(CHANGING.replace("x * 0", "x * 2"), {4: BEFORE})
    assert made.restored == BEFORE
    assert [lines(made)[at] for at in sorted(made.on_rows)] == ["x = x * 2", "x = x[:, :2]"]


def test_data_that_nobody_kept_cannot_be_given_back() -> None:
    with pytest.raises(UntriedError, match="the data as it was before line 4 is not known"):
        restored(CHANGING.replace("x = x * 0\n", ""), {})


def test_data_that_never_was_made_is_drawn_by_another_generator() -> None:
    source = """
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "mse")
rows = np.random.randn(9, 4).astype("float32")
marks = np.random.randint(0, 2, 9)
model.fit(rows, marks)
"""
    names = {name: value for name, value in DATA.items() if name not in {"x", "y"}}
    cell = Cell(source)
    found = plan_of(Request(cell, cell, names))
    assert found.draws
    assert len(found.statements) == 4
    assert not plan(source, rows=DATA["x"], marks=DATA["y"]).draws


def test_data_that_was_drawn_once_is_not_drawn_again() -> None:
    source = """
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("adam", "mse")
noise = np.random.randn(9, 4)
rows = x + noise
model.fit(rows, y)
"""
    patched = source.replace("x + noise", "x - np.random.randn(9, 4)")
    with pytest.raises(UnprovedError, match=r"np\.random\.randn"):
        plan(source, patched, noise=DATA["x"], rows=DATA["x"])
