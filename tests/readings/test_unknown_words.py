import numpy as np
import pytest

from nbdoctor.readings.unknown_words import numberings, read_unknown


def test_shares_are_counted_by_hand() -> None:
    ids = np.array([[1, 1, 5, 0], [1, 0, 0, 0]] * 20)
    found = read_unknown(ids, np.array([[2, 3, 1, 0]] * 30), 1)
    assert found is not None
    training, validation, empty, rows = found
    assert training == pytest.approx(3 / 4)
    assert validation == pytest.approx(1 / 3)
    assert (empty, rows) == (0.5, 40)


def test_too_few_rows() -> None:
    assert read_unknown(np.ones((10, 4), int), None, 1) is None


class TextVectorization:
    """The user's own, of which nothing is known."""


def test_classes_of_others_are_left_alone() -> None:
    assert numberings({"words": TextVectorization(), "ids": np.ones(3), "_": 3}) == {}


@pytest.mark.keras
def test_layers_of_keras_are_known() -> None:
    import keras

    layer = keras.layers.TextVectorization(max_tokens=20)
    assert numberings({"words": layer, "dense": keras.layers.Dense(1)}) == {"words": 1}
