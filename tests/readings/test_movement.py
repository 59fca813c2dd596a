"""Which weights move, against steps of models that train some of them."""

from __future__ import annotations

import weakref
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.capture.calls import FitCall
from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.movement import Movement, movement_in_training, movement_of_look
from nbdoctor.readings.weights import read_weights
from tests.look.looking import look_at

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(16, 4)).astype("float32")
Y = rng.normal(size=(16, 1)).astype("float32")


class Partly(keras.Model):
    """Trains what `chosen` says, and each second step only the rest."""

    chosen = staticmethod(lambda model: model.trainable_variables)
    alternates = False

    def train_step(self, data: Any) -> Any:
        x, y = data
        with tf.GradientTape() as tape:
            loss = keras.ops.mean(keras.losses.mean_squared_error(y, self(x, training=True)))
        weights = self.chosen(self)
        gradients = tape.gradient(loss, weights)
        if self.alternates:
            on = tf.cast(self.optimizer.iterations % 2 == 1, "float32")
            gradients = [gradient * on for gradient in gradients]
        self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return {"loss": loss}


def partly(chosen: Any, *, alternates: bool = False) -> Any:
    keras.utils.set_random_seed(1)
    seen = keras.Input((4,))
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="deep")], name="inner")
    output = keras.layers.Dense(1, name="head")(keras.layers.Dense(3, name="first")(inner(seen)))
    model = Partly(seen, output)
    model.chosen, model.alternates = chosen, alternates
    model.compile(keras.optimizers.SGD(0.1))
    return model


def moved(movement: Movement | None) -> dict[str, bool]:
    assert movement is not None
    return {one.path.rpartition("/")[0].rpartition("/")[2]: one.moved for one in movement.weights}


def test_only_what_a_step_trains_moves() -> None:
    model = partly(lambda model: model.get_layer("head").trainable_variables)
    movement = movement_of_look(look_at(model, (X, Y)))
    assert moved(movement) == {"deep": False, "first": False, "head": True}
    assert movement is not None
    assert movement.on_copies
    assert [one.network for one in movement.weights] == ["inner", "inner", "", "", "", ""]


def test_all_move_where_all_are_trained() -> None:
    model = partly(lambda model: model.trainable_variables)
    assert set(moved(movement_of_look(look_at(model, (X, Y)))).values()) == {True}


def test_what_only_a_later_step_moves_has_moved() -> None:
    model = partly(lambda model: model.trainable_variables, alternates=True)
    look = look_at(model, (X, Y))
    assert not any(change for change, _ in look.first.changes.values())
    assert set(moved(movement_of_look(look)).values()) == {True}


def test_it_is_not_known_where_a_change_is_not() -> None:
    look = look_at(partly(lambda model: model.trainable_variables), (X, Y))
    look.first.changes.popitem()
    assert movement_of_look(look) is None


def test_what_was_left_is_looked_at_again_when_the_cell_has_ended() -> None:
    model = partly(lambda model: model.get_layer("head").trainable_variables)
    movement = movement_of_look(look_at(model, (X, Y)))
    before = read_weights(model, layer_paths(model))
    model.get_layer("first").kernel.assign_add(np.full((4, 3), 0.5))
    assert movement is not None
    now = movement_in_training(movement, before, FitCall(weakref.ref(model), {}))
    assert now is not None
    assert [one.path for one in now.weights if one.moved_in_training] == ["first/kernel"]
    assert [one.moved for one in now.weights] == [one.moved for one in movement.weights]


def test_where_all_has_moved_nothing_is_looked_at_again() -> None:
    model = partly(lambda model: model.trainable_variables)
    movement = movement_of_look(look_at(model, (X, Y)))
    before = read_weights(model, layer_paths(model))
    assert movement is not None
    assert movement_in_training(movement, before, FitCall(weakref.ref(model), {})) is None
