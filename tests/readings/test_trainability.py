from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.readings.trainability import Trainability, read_trainability

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]
X = np.ones((8, 4), "float32")
COMPILED = {"optimizer": "adam", "loss": "mse"}


def model(*, trained: bool = True, trainable: bool = True, **options: Any) -> Any:
    made = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, name="a"), keras.layers.Dense(4, name="b")]
    )
    made.layers[0].trainable = trainable
    made.compile(**COMPILED, **options)
    if trained:
        made.fit(X, X, verbose=0)
    return made


def test_what_is_changed_after_a_fit_is_told() -> None:
    frozen = model()
    frozen.layers[0].trainable = False
    assert read_trainability(frozen) == Trainability(settled=True, frozen_since=("a",))
    unfrozen = model(trainable=False)
    unfrozen.layers[0].trainable = True
    assert read_trainability(unfrozen) == Trainability(settled=True, unfrozen_since=("a",))
    assert read_trainability(model()) == Trainability(settled=True)


def test_what_takes_effect_is_not_told() -> None:
    fresh = model(trained=False)
    eager = model(run_eagerly=True)
    again = model()
    for one in (fresh, eager, again):
        one.layers[0].trainable = False
    again.compile(**COMPILED)
    for one in (fresh, eager, again):
        assert read_trainability(one) == Trainability()


def test_a_frozen_layer_moves_and_an_unfrozen_one_stands_still_as_the_reading_says() -> None:
    for trainable, moves in ((True, True), (False, False)):
        one = model(trainable=trainable)
        one.layers[0].trainable = not trainable
        before = one.layers[0].kernel.numpy()
        one.fit(X, X, verbose=0)
        assert (one.layers[0].kernel.numpy() != before).any() == moves
