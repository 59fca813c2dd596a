"""What training would make first is made with the names and draws that training would use."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.backend.keras_internals.state import values_named
from nbdoctor.look.building import UnbuiltPartsError, build, can_be_named, make_variables
from nbdoctor.look.structure import layer_paths

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(16, 5)).astype("float32")
Y = rng.integers(0, 3, 16)


def not_built() -> Any:
    keras.backend.clear_session()
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dropout(0.5)])
    model.add(keras.layers.Dense(3, "softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_model_is_built_as_fit_would_build_it() -> None:
    first, second = not_built(), None
    build(first, (tf.constant(X), tf.constant(Y)))
    second = not_built()
    second(X)
    assert [w.path for w in first.weights] == [w.path for w in second.weights]
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        assert (one == other).all()


def test_all_variables_are_those_that_training_makes() -> None:
    ours, plain = not_built(), not_built()
    make_variables(ours, (tf.TensorSpec((None, 5)), tf.TensorSpec((None,), tf.int64)))
    made = [*ours.variables, *ours.optimizer.variables, *ours.metrics_variables]
    plain.fit(X, Y, verbose=0)
    by_keras = [*plain.variables, *plain.optimizer.variables, *plain.metrics_variables]
    assert [one.path for one in made] == [one.path for one in by_keras]
    ours, plain = not_built(), not_built()
    make_variables(ours, (X, Y))
    histories = [one.fit(X, Y, verbose=0, epochs=2).history for one in (ours, plain)]
    assert histories[0] == histories[1]


def test_symbolic_values_are_numbered_as_by_training() -> None:
    ours, plain = not_built(), not_built()
    before = values_named()
    assert make_variables(ours, (X, Y))
    numbered = values_named() - before
    before = values_named()
    plain.fit(X, Y, verbose=0)
    assert numbered == values_named() - before > 0
    assert not make_variables(ours, (X, Y))


def test_a_model_that_is_built_stays_as_it_is() -> None:
    model = not_built()
    model(X)
    before = model.get_weights()
    build(model, (X, Y))
    for one, other in zip(model.get_weights(), before, strict=True):
        assert (one == other).all()


class Parts(keras.Model):
    """No `call`; a helper that only its own step calls."""

    def __init__(self) -> None:
        super().__init__()
        self.helper = keras.layers.Dense(4)


def test_what_only_an_own_step_builds_is_left_to_it() -> None:
    model = Parts()
    model.compile("sgd", "mse")
    with pytest.raises(UnbuiltPartsError, match="no `call`"):
        build(model, (X, Y))
    assert not model.helper.built
    model.helper.build((None, 5))
    build(model, (X, Y))


@pytest.mark.parametrize(
    ("name", "is_taken"), [("dense", True), ("a.b-c", True), ("my layer", False), ("häufig", False)]
)
def test_names_that_tensorflow_does_not_take_are_told(name: str, is_taken: bool) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name=name)])
    assert can_be_named(model) is is_taken


def test_paths_name_nested_layers() -> None:
    inner = keras.Sequential([keras.layers.Dense(2, name="dense")], name="inner")
    model = keras.Sequential([keras.Input((3,)), inner, keras.layers.ReLU(name="relu")], name="m")
    paths = layer_paths(model)
    assert {paths[id(model)], paths[id(inner)], paths[id(inner.layers[0])]} == {
        "m",
        "inner",
        "inner/dense",
    }
