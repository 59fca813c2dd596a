"""What is noted of a model that is about to be trained."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.trials.copying.objects.fitted import as_fitted, entries, is_model, layers_of
from nbdoctor.trials.refusal import UntriedError

pytestmark = pytest.mark.keras

L = keras.layers


def made(rate: Any = 0.25) -> Any:
    inner = keras.Sequential([keras.Input((3,)), L.Dense(2, name="in")], name="inner")
    model = keras.Sequential([keras.Input((3,)), inner, L.Dense(1, name="out")])
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


def test_layers_are_those_of_nested_models_too_in_their_order() -> None:
    assert [one.name for one in layers_of(made())] == ["inner", "in", "out"]


def test_a_layer_that_is_used_twice_is_one() -> None:
    shared = L.Dense(3)
    seen = keras.Input((3,))
    model = keras.Model(seen, shared(shared(seen)))
    assert layers_of(model) == [shared]


def test_it_is_noted_as_it_was() -> None:
    model = made()
    model.layers[0].trainable = False
    fitted = as_fitted(model)
    assert fitted is not None
    model.layers[0].trainable = True
    model.optimizer.learning_rate = 0.5
    assert fitted.model is model
    assert fitted.trainable == (False, False, True)
    assert fitted.compiled["metrics"] == ["mae"]
    assert fitted.optimizer["learning_rate"] == 0.25


def test_the_model_may_go() -> None:
    model = made()
    fitted = as_fitted(model)
    assert fitted is not None
    kept = [fitted.of, *fitted.parts, weakref.ref(model.optimizer), weakref.ref(model.weights[0])]
    model.fit(np.zeros((4, 3)), np.zeros(4), verbose=0)
    del model
    gc.collect()
    assert [one() for one in kept] == [None] * len(kept)
    assert fitted.compiled == {}


def test_layers_that_were_taken_out_are_not_copied() -> None:
    model = made()
    fitted = as_fitted(model)
    assert fitted is not None
    assert [one.name for one in fitted.layers] == ["inner", "in", "out"]
    without = replace(fitted, parts=(*fitted.parts, lambda: None))
    with pytest.raises(UntriedError, match="taken out"):
        _ = without.layers


def test_a_schedule_of_the_user_is_not_asked_for_its_config() -> None:
    asked: list[int] = []

    class Mine(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, _step: Any) -> float:
            return 0.5

        def get_config(self) -> dict[str, Any]:
            asked.append(1)
            return {}

    fitted = as_fitted(made(Mine()))
    assert fitted is not None
    assert fitted.optimizer == {}
    assert asked == []


def test_what_is_no_model_is_not_noted() -> None:
    assert as_fitted(object()) is None


def test_only_the_classes_of_keras_itself_are_models() -> None:
    class Mine(keras.Model):
        pass

    seen = keras.Input((3,))
    assert is_model(made())
    assert is_model(keras.Model(seen, L.Dense(1)(seen)))
    assert not is_model(Mine(seen, L.Dense(1)(seen)))
    assert not is_model(L.Dense(1))


@pytest.mark.parametrize(
    ("value", "found"), [({"a": 1}, [1]), ((1, 2), [1, 2]), ([3], [3]), ("ab", ["ab"])]
)
def test_the_entries_of_containers(value: Any, found: list[Any]) -> None:
    assert entries(value) == found
