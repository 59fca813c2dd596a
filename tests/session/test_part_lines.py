"""The lines of the parts of a program."""

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.session.part_lines import line_of_part

CELL = Cell("""import keras
model = keras.Sequential([
    keras.Input((10,)),
    keras.layers.Embedding(9, 4),
    keras.layers.Dense(8, "sigmoid"),
    keras.layers.BatchNormalization(),
    keras.layers.Dense(8, kernel_initializer="zeros"),
    keras.layers.Dropout(0.9),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.layers[0].trainable = False
model.compile(
    optimizer=keras.optimizers.SGD(1e-7),
    loss="mse",
)
model.fit(
    x=x,
    y=y,
    epochs=5,
)
""")


def readings() -> Readings:
    found = Readings()
    found.add(Head(outputs=(Output(name="output", layer="dense_2"),)))
    layers = (Layer(name="dense_2", kind="Dense", line=9),)
    found.add(Layers(model="model", layers=layers, trainable=0, total=0))
    return found


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("masks", 4),
        ("activations", 5),
        ("normalisation", 6),
        ("init", 7),
        ("regularisation", 8),
        ("head", 9),
        ("trainable", 11),
        ("optimizer", 13),
        ("loss", 14),
        ("inputs", 17),
        ("labels", 18),
        ("length", 19),
        ("order", 16),
        ("loop", 16),
        ("architecture", None),
    ],
)
def test_the_line_of_a_part(part: str, line: int | None) -> None:
    assert line_of_part(part, CELL, readings(), 16) == line


def test_of_several_calls_that_one_which_trains() -> None:
    twice = Cell("model.fit(x, y, epochs=1)\nmodel.fit(x, y, epochs=2)\n")
    assert line_of_part("length", twice, Readings(), 2) == 2
    assert line_of_part("length", twice, Readings(), None) is None
    both = Cell("one.compile('adam', loss='mse')\nother.compile('adam', loss='mae')\n")
    assert line_of_part("loss", both, Readings(), None) is None


def test_what_another_cell_says_has_no_line() -> None:
    assert line_of_part("optimizer", Cell("model.fit(x, y)"), Readings(), 1) is None
    assert line_of_part("head", Cell("model.fit(x, y)"), Readings(), 1) is None
