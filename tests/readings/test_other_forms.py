from dataclasses import dataclass

import numpy as np
import pytest

from nbdoctor.capture.sample import Part
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.other_forms import OtherForms, tried

RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 4, 200)
PICTURES = 0.2 * RNG.random((200, 4, 6, 6, 3))[:, 0]
PICTURES[np.arange(200), CLASSES, 0, 0] = 1.0
SOFTMAX = Head(outputs=(Output(
    name="y", layer="d", shape=(None, 4), rank=2, width=4, activation="softmax",
    loss="sparse_categorical_crossentropy",
),))  # fmt: skip
NUMBER = Head(outputs=(Output(
    name="y", layer="d", shape=(None, 1), rank=2, width=1, activation="linear",
    loss="mean_squared_error",
),))  # fmt: skip


@dataclass
class Trained:
    """Knows where the bright spot stands for each class, in pictures from 0 to 1."""

    def __call__(self, part: Part) -> np.ndarray:
        x = part.inputs["x"]
        return np.exp(8 * np.clip(x[:, :4, 0, 0], -2, 2))


def pictures(x: np.ndarray, y: np.ndarray = CLASSES) -> OtherForms:
    ours = Part(inputs={"x": PICTURES}, targets={"y": CLASSES})
    return tried(ours, Part(inputs={"x": x}, targets={"y": y}), SOFTMAX, None, Trained())


def best(forms: OtherForms) -> str:
    changes = {**forms.inputs, **forms.labels}
    return max(changes, key=lambda one: changes[one])


@pytest.mark.parametrize(
    ("x", "done"),
    [
        pytest.param(1 - PICTURES, "values are inverted", id="inverted"),
        pytest.param(PICTURES[..., ::-1], "the colour channels are reversed", id="channels"),
        pytest.param(
            np.swapaxes(PICTURES, 1, 2), "rows and columns of the pictures are exchanged", id="turn"
        ),
        pytest.param(PICTURES[:, :, ::-1], "the columns of the pictures are reversed", id="mirror"),
    ],
)
def test_inputs_in_another_form(x: np.ndarray, done: str) -> None:
    forms = pictures(x)
    assert forms.is_poor
    assert best(forms) == done
    assert forms.inputs[done] > 0.95


def test_labels_of_the_row_above() -> None:
    forms = pictures(PICTURES, np.roll(CLASSES, 1))
    assert best(forms) == "labels are those of the row below"
    assert forms.labels[best(forms)] > 0.95


def test_classes_with_other_numbers() -> None:
    forms = pictures(PICTURES, np.array([0, 2, 3, 1])[CLASSES])
    assert forms.renumbered is not None
    assert forms.renumbered > 0.95
    assert forms.numbers == ((1.0, 3.0), (2.0, 1.0), (3.0, 2.0))


def test_nothing_is_tried_where_validation_is_good() -> None:
    forms = pictures(PICTURES)
    assert (forms.is_poor, forms.inputs, forms.labels) == (False, {}, {})


def test_noise_is_noise_in_every_form() -> None:
    forms = pictures(RNG.random(PICTURES.shape))
    assert forms.is_poor
    assert max({**forms.inputs, **forms.labels}.values()) < 0.4
    assert forms.renumbered is None or forms.renumbered < 0.4


@pytest.mark.parametrize(
    ("change", "done"),
    [
        pytest.param(np.exp, "targets are their logarithms", id="log"),
        pytest.param(lambda y: 100 * y + 7, "targets have another scale and offset", id="scale"),
    ],
)
def test_numbers_in_another_form(change: object, done: str) -> None:
    x = RNG.normal(size=(200, 2))
    y = x[:, :1] + x[:, 1:]
    ours = Part(inputs={"x": x}, targets={"y": y})
    theirs = Part(inputs={"x": x}, targets={"y": change(y)})
    forms = tried(ours, theirs, NUMBER, None, lambda part: part.inputs["x"].sum(1, keepdims=True))
    assert forms.is_poor
    assert forms.labels[done] == pytest.approx(1.0)


def test_columns_in_another_order() -> None:
    x = RNG.normal(size=(200, 3)) + np.array([0, 10, 20])
    y = x @ [1.0, 5.0, 2.0]
    ours = Part(inputs={"x": x}, targets={"y": y[:, None]})
    theirs = Part(inputs={"x": x[:, [2, 0, 1]]}, targets={"y": y[:, None]})
    forms = tried(ours, theirs, NUMBER, None, lambda p: (p.inputs["x"] @ [1.0, 5.0, 2.0])[:, None])
    assert best(forms) == "columns stand in the order of training"
