from typing import Any

import numpy as np
import pytest

from nbdoctor.readings.asked import Asked, asked_by, names_classes
from nbdoctor.readings.head import Output
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.task import NotScorableError, task_of

RNG = np.random.default_rng(0)
IDS = np.array([0, 1, 2] * 30)
NUMBERS = RNG.normal(size=90)
CLASSES = Asked(classes=True, shape=(None, 3))
MARKS = RNG.integers(0, 2, (90, 4))
PICTURES = RNG.normal(size=(20, 6, 6, 1))


@pytest.mark.parametrize(
    ("labels", "asked", "kind", "shape"),
    [
        pytest.param(IDS, CLASSES, "classes", (90,), id="class numbers"),
        pytest.param(IDS[:, None], CLASSES, "classes", (90,), id="in a column"),
        pytest.param(IDS, Asked(shape=(None, 3)), "classes", (90,), id="a unit for each"),
        pytest.param(IDS, Asked(shape=(None, 1)), "numbers", (90,), id="one unit, squared error"),
        pytest.param(IDS % 2, Asked(shape=(None, 1)), "classes", (90,), id="two values"),
        pytest.param(np.eye(3)[IDS], Asked(), "classes", (90,), id="one-hot"),
        pytest.param(np.eye(3)[IDS] * 0.9 + 0.1 / 3, CLASSES, "classes", (90,), id="smoothed"),
        pytest.param(MARKS, Asked(shape=(None, 4)), "bits", (90, 4), id="several marks"),
        pytest.param(NUMBERS, CLASSES, "numbers", (90,), id="quantities under cross-entropy"),
        pytest.param(NUMBERS.reshape(30, 3), Asked(), "numbers", (30, 3), id="several numbers"),
        pytest.param(
            (PICTURES[..., 0] > 0).astype("int32"),
            Asked(classes=True, shape=(None, 6, 6, 1)),
            "classes",
            (20, 6, 6),
            id="a mask",
        ),
        pytest.param(
            IDS.reshape(30, 3),
            Asked(classes=True, shape=(None, 3, 5)),
            "classes",
            (30, 3),
            id="a class for every step",
        ),
        pytest.param(
            np.tile(np.arange(5) / 4, 40),
            Asked(classes=True, shape=(None, 1)),
            "numbers",
            (200,),
            id="ratings under cross-entropy",
        ),
        pytest.param(
            np.round(PICTURES, 1).clip(0, 1),
            Asked(classes=True, shape=(None, 6, 6, 1)),
            "numbers",
            PICTURES.shape,
            id="grey values under cross-entropy",
        ),
        pytest.param(IDS % 2, Asked(compares=True, shape=(None, 1)), "distances", (90,), id="near"),
        pytest.param(
            NUMBERS, Asked(compares=True, shape=(None, 1)), "numbers", (90,), id="scaled at the end"
        ),
        pytest.param(IDS.astype(bool), Asked(), "classes", (90,), id="yes and no"),
        pytest.param(IDS.astype(object), CLASSES, "classes", (90,), id="objects"),
    ],
)
def test_kinds(labels: Any, asked: Asked, kind: str, shape: tuple[int, ...]) -> None:
    task = task_of(labels, asked)
    assert (task.kind, task.truth.shape) == (kind, shape)


@pytest.mark.parametrize(
    ("labels", "asked", "why"),
    [
        pytest.param(np.array(["a", "b"]), Asked(), "not numbers", id="words"),
        pytest.param(np.array([1.0, np.nan]), Asked(), "finite", id="gaps"),
        pytest.param(np.ones(9), Asked(), "the same", id="one value"),
        pytest.param(np.arange(5.0)[None, :, None], Asked(), "the same", id="one row of a series"),
        pytest.param(np.eye(3)[[1] * 9], CLASSES, "the same", id="one class"),
        pytest.param(np.zeros((0, 1)), Asked(), "not numbers", id="no rows"),
        pytest.param(IDS, Asked(compares=True, shape=(None, 16)), "embeddings", id="embeddings"),
    ],
)
def test_not_scorable(labels: Any, asked: Asked, why: str) -> None:
    with pytest.raises(NotScorableError, match=why):
        task_of(labels, asked)


def test_inputs_as_labels_are_rebuilt() -> None:
    assert task_of(PICTURES, Asked(), inputs=[PICTURES]).kind == "rebuilding"
    noisy = PICTURES + 0.05 * RNG.normal(size=PICTURES.shape)
    assert task_of(PICTURES, Asked(), inputs=[noisy]).kind == "rebuilding"
    assert task_of(5 * PICTURES, Asked(), inputs=[PICTURES]).kind == "numbers"
    with pytest.raises(NotScorableError, match="the same"):
        task_of(PICTURES[:1], Asked(), inputs=[PICTURES[:1]])
    other = RNG.normal(size=PICTURES.shape)
    assert task_of(PICTURES, Asked(), inputs=[other]).kind == "numbers"


def test_classes_that_these_rows_lack_keep_their_column() -> None:
    task = task_of(np.array([0, 2, 3] * 9), Asked(classes=True, shape=(None, 5)))
    assert task.values.tolist() == [0, 1, 2, 3]
    assert task.truth[:3].tolist() == [0, 2, 3]


def test_some_of_the_rows() -> None:
    words = np.array([[1, 2, 0], [3, 0, 0]] * 9)
    task = task_of(words % 2, Asked(shape=(None, 3, 2)), inputs=[words], ids=True)
    part = task.of(np.array([1]))
    assert part.counts is not None
    assert part.counts.tolist() == [[True, False, False]]


@pytest.mark.parametrize(
    ("loss", "classes"),
    [
        ("sparse_categorical_crossentropy", True),
        ("custom dice_loss", True),
        ("CategoricalHinge()", True),
        ("mean_squared_error", False),
        ("custom contrastive_loss", False),
    ],
)
def test_names_of_losses(loss: str, classes: bool) -> None:
    assert names_classes(loss) is classes


@pytest.mark.parametrize(
    ("last", "loss", "compares"),
    [
        pytest.param(Layer(name="a", kind="Lambda"), "custom", True, id="a distance"),
        pytest.param(Layer(name="a", kind="Distance"), "custom", True, id="a class of one's own"),
        pytest.param(Layer(name="a", kind="Lambda"), "binary_crossentropy", False, id="a chance"),
        pytest.param(Layer(name="a", kind="Dense", parameters=2), "custom", False, id="weights"),
        pytest.param(Layer(name="a", kind="Activation"), "custom", False, id="an activation"),
        pytest.param(Layer(name="a", kind="GlobalAveragePooling2D"), "custom", False, id="pooled"),
    ],
)
def test_a_last_layer_without_weights_compares(last: Layer, loss: str, compares: bool) -> None:
    layers = Layers(model="m", layers=(last,), trainable=1, total=1)
    output = Output(name="y", layer="a", loss=loss)
    assert asked_by(output, layers).compares is compares
