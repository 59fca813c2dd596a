"""Two texts of a cell as changes of the objects that it makes."""

import ast
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.trials.copying.objects.changes import change_of
from nbdoctor.trials.copying.objects.edits import Change
from nbdoctor.trials.refusal import UntriedError

pytestmark = pytest.mark.keras

CELL = """
scaled = x / 255
model = keras.Sequential([
    layers.Dense(8, activation="relu"),
    layers.Dropout(0.5),
    layers.Dense(3),
])
optimizer = keras.optimizers.Adam(0.01)
model.compile(optimizer, loss="mse")
"""


def changed(old: str, new: str) -> Change:
    assert old in CELL
    live = [
        keras.layers.Dense(8, activation="relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(3),
    ]
    names = {"keras": keras, "layers": keras.layers, "x": np.zeros((3, 2))}
    texts = ast.parse(CELL).body, ast.parse(CELL.replace(old, new)).body
    return change_of(*texts, names, live)


def written(value: Any) -> Any:
    """Trees as text, whatever holds them."""
    if isinstance(value, ast.AST):
        return ast.unparse(value)
    if isinstance(value, dict):
        return {name: written(one) for name, one in value.items()}
    return value


EDITS = {
    "an argument": ("Dense(3)", "Dense(4)", [("SetArguments", 2, {"units": "4"})]),
    "an argument less": (
        'Dense(8, activation="relu")',
        "Dense(8)",
        [("SetArguments", 0, {"activation": None})],
    ),
    "another layer": (
        "Dropout(0.5)",
        "GaussianNoise(0.1)",
        [("ReplaceLayer", 1, "layers.GaussianNoise(0.1)")],
    ),
    "a layer less": ("    layers.Dropout(0.5),\n", "", [("RemoveLayer", 1)]),
    "a layer more": (
        "    layers.Dropout(0.5),\n",
        "    layers.BatchNormalization(),\n    layers.Dropout(0.5),\n",
        [("AddLayer", "layers.BatchNormalization()", 1, None)],
    ),
    "a layer behind the last": (
        "Dense(3),\n",
        "Dense(3),\n    layers.Softmax(),\n",
        [("AddLayer", "layers.Softmax()", None, None)],
    ),
    "the loss": ('"mse"', '"mae"', [("Compile", {"loss": "'mae'"})]),
    "the rate": (
        "Adam(0.01)",
        "Adam(0.1)",
        [("Compile", {"optimizer": "keras.optimizers.Adam(0.1)"})],
    ),
    "nothing": ("Dense(3)", "Dense( 3 )", []),
}


@pytest.mark.parametrize(
    ("old", "new", "edits"), [pytest.param(*case, id=name) for name, case in EDITS.items()]
)
def test_a_patch_as_edits(old: str, new: str, edits: list[Any]) -> None:
    change = changed(old, new)
    found = [
        (type(one).__name__, *(written(value) for value in vars(one).values()))
        for one in change.edits
    ]
    assert found == edits
    assert change.added == change.gone == ()


def test_lines_of_data_are_told_by_their_places() -> None:
    change = changed("scaled = x / 255", "scaled = x / 127\nscaled -= 1")
    assert (change.edits, change.added, change.gone) == ((), (0, 1), (0,))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        pytest.param(
            "scaled = x / 255", "if x:\n    pass", "does more than prepare data", id="a branch"
        ),
        pytest.param("Dense(3)", "Dense(**given)", "are passed on with", id="a dict"),
        pytest.param(
            'model.compile(optimizer, loss="mse")',
            "",
            "cannot be made to a copy",
            id="not compiled any more",
        ),
    ],
)
def test_what_has_no_such_form_is_refused(old: str, new: str, why: str) -> None:
    with pytest.raises(UntriedError, match=why):
        changed(old, new)
