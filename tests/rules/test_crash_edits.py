import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.rules.crashes.edits import (
    as_arrays,
    flattened,
    last_step,
    padded,
    without_batch_axis,
)
from nbdoctor.rules.crashes.entry import Edit

FIRST = "m = keras.Sequential([\n    keras.Input((1, 28, 28)),\n    keras.layers.Conv2D(8, 3),\n])"
GIVEN = "m = keras.Sequential([\n    Conv2D(8, 3, input_shape=(1, 28, 28)),\n])"


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        pytest.param(
            flattened,
            "m.add(keras.layers.Conv2D(8, 3))\nm.add(keras.layers.Dense(9))\n"
            "m.add(keras.layers.Dense(2))",
            "m.add(keras.layers.Conv2D(8, 3))\nm.add(keras.layers.Flatten())\n"
            "m.add(keras.layers.Dense(9))\nm.add(keras.layers.Dense(2))",
            id="before the first dense layer after the last convolution",
        ),
        pytest.param(
            last_step,
            "m.add(keras.layers.LSTM(8, return_sequences=True))\nm.add(keras.layers.Dense(1))",
            "m.add(keras.layers.LSTM(8, return_sequences=False))\nm.add(keras.layers.Dense(1))",
            id="the last recurrent layer",
        ),
        pytest.param(
            last_step,
            "m.add(keras.layers.Conv1D(8, 2))\nm.add(keras.layers.Dense(1))",
            "m.add(keras.layers.Conv1D(8, 2))\nm.add(keras.layers.Flatten())\n"
            "m.add(keras.layers.Dense(1))",
            id="no recurrent layer",
        ),
        pytest.param(
            padded,
            "m.add(Conv2D(8, 3))\nm.add(Conv2D(8, 3, padding='valid'))",
            "m.add(Conv2D(8, 3, padding=\"same\"))\nm.add(Conv2D(8, 3, padding='valid'))",
            id="windows larger than the picture",
        ),
        pytest.param(
            padded,
            FIRST,
            FIRST.replace(
                "    keras.layers.C", "    keras.layers.Permute((2, 3, 1)),\n    keras.layers.C"
            ),
            id="channels first",
        ),
        pytest.param(
            padded,
            f"import keras\n{GIVEN}",
            "import keras\n"
            + GIVEN.replace(
                "Conv2D(8, 3, input_shape=(1, 28, 28))",
                "keras.Input(shape=(1, 28, 28)),\n    keras.layers.Permute((2, 3, 1)),\n"
                "    Conv2D(8, 3)",
            ),
            id="channels first, said by the first layer",
        ),
        pytest.param(
            as_arrays,
            "import numpy as np\nm.fit(rows, list(answers), epochs=2)",
            "import numpy as np\nm.fit(np.asarray(rows), np.asarray(list(answers)), epochs=2)",
            id="lists",
        ),
    ],
)
def test_the_edit(edit: Edit, before: str, after: str) -> None:
    assert edit(Cell(before), {}).source == after


@pytest.mark.parametrize(
    ("edit", "source"),
    [
        pytest.param(
            flattened, "m.add(keras.layers.Flatten())\nm.add(keras.layers.Dense(2))", id="flat"
        ),
        pytest.param(flattened, "m.add(keras.layers.Conv2D(2, 3))", id="no dense layer"),
        pytest.param(padded, "m.add(Conv2D(8, 3, padding='valid'))", id="padding is said"),
        pytest.param(as_arrays, "m.fit(rows, answers)", id="no NumPy"),
    ],
)
def test_what_cannot_be_edited_is_not(edit: Edit, source: str) -> None:
    with pytest.raises(CannotEditError):
        edit(Cell(source), {})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Conv2D(8, 3, input_shape=(None, 28, 28, 1))", "Conv2D(8, 3, input_shape=(28, 28, 1))"),
        ("keras.Input((100, 28, 28, 1))", "keras.Input((28, 28, 1))"),
        ("keras.Input(shape=[None, 28, 28, 3])", "keras.Input(shape=[28, 28, 3])"),
    ],
)
def test_a_batch_axis_is_taken_out(before: str, after: str) -> None:
    facts = {"kernel": "3, 3, 1, 8", "received": "None, None, 28, 28, 1"}
    assert without_batch_axis(Cell(before), facts).source == after
    with pytest.raises(CannotEditError):
        without_batch_axis(Cell(after), facts)
