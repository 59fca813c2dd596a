"""What Keras keeps in Python of a model that was only looked at goes back."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.look.building import make_variables
from nbdoctor.look.restored import restored_afterwards, restored_on_error

pytestmark = pytest.mark.keras

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


def not_built() -> Any:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Dense(3, "relu"), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["accuracy"])
    return model


def is_as_made(model: Any) -> bool:
    held = (model, model.optimizer, model._compile_metrics, *model.layers)
    return not any(one.built for one in held) and not model.layers[0].variables


def test_what_was_built_is_not_built_any_more() -> None:
    model = not_built()
    with restored_afterwards([model]):
        make_variables(model, (X, Y))
        assert model.built
        assert model.optimizer.built
    assert is_as_made(model)
    model.fit(X, Y, verbose=0)
    assert len(model.optimizer.variables) == 2 + 2 * 4


def test_a_model_that_fails_halfway_is_given_back_and_can_be_built_again() -> None:
    model, twin = not_built(), not_built()
    keras.utils.set_random_seed(7)
    twin.build((None, 3))
    keras.utils.set_random_seed(7)
    state = random.getstate()
    with pytest.raises(ZeroDivisionError), restored_on_error([model]):  # noqa: PT012
        make_variables(model, (X, Y))
        raise ZeroDivisionError
    assert is_as_made(model)
    assert random.getstate() == state
    model.build((None, 3))
    for one, other in zip(model.get_weights(), twin.get_weights(), strict=True):
        assert (one == other).all()


def test_what_does_not_fail_stays() -> None:
    model = not_built()
    with restored_on_error([model]):
        make_variables(model, (X, Y))
    assert model.built
    assert model.optimizer.built


def test_lists_of_the_model_are_the_same_lists_with_the_same_content() -> None:
    model = not_built()
    layers, metrics = model._layers, model._metrics
    before = list(layers), list(metrics)
    with restored_afterwards([model]):
        model._layers.append(keras.layers.Dense(2))
    assert model._layers is layers
    assert model._metrics is metrics
    assert (list(layers), list(metrics)) == before


def test_other_optimizers_and_metrics_are_given_back_as_well() -> None:
    optimizer, metric = keras.optimizers.Adam(), keras.metrics.AUC()
    model = not_built()
    with restored_afterwards([model], [optimizer, metric, "no part of Keras"]):
        optimizer.build([keras.Variable(1.0)])
        metric.note = 3
    assert not optimizer.built
    assert not hasattr(metric, "note")


def test_the_global_seed_generator_is_made_when_it_is_first_used() -> None:
    from keras.src.backend.common import global_state

    keras.backend.clear_session()
    model = not_built()
    keras.backend.clear_session()
    with restored_afterwards([model]):
        keras.random.uniform((1,))
        assert global_state.get_global_attribute("global_seed_generator") is not None
    assert global_state.get_global_attribute("global_seed_generator") is None


def test_the_next_layers_get_the_names_that_they_would_have_had() -> None:
    keras.backend.clear_session()
    model = not_built()
    with restored_afterwards([model]):
        make_variables(model, (X, Y))
        assert keras.layers.InputLayer((3,)).name == "input_layer_1"
    model.fit(X, Y, verbose=0)
    assert keras.layers.Dense(1).name == "dense_2"
    assert keras.layers.InputLayer((3,)).name == "input_layer_1"
