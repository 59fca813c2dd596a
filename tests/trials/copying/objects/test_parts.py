"""Fresh objects like the parts of a model."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from nbdoctor.trials.copying.objects.parts import (
    config_of,
    copied_part,
    fresh,
    from_config,
    require_known,
)
from nbdoctor.trials.refusal import UntriedError

pytestmark = pytest.mark.keras


class Steep(keras.layers.Layer):
    """A layer of the user's that takes what its config does not tell."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def get_config(self) -> dict[str, Any]:
        return {}


class Shy(keras.layers.Layer):
    def get_config(self) -> dict[str, Any]:
        message = "no"
        raise NotImplementedError(message)


def test_a_layer_is_made_again_with_the_same_arguments_and_no_weights() -> None:
    layer = keras.layers.Dense(3, activation="relu", name="mine")
    layer.build((None, 2))
    copy = copied_part(layer)
    assert copy is not layer
    assert copy.get_config() == layer.get_config()
    assert not copy.built


def test_a_lambda_layer_keeps_its_function_and_its_shape() -> None:
    layer = keras.layers.Lambda(keras.ops.relu, output_shape=(3,))
    config = config_of(layer)
    assert (config["function"], config["output_shape"]) == (keras.ops.relu, (3,))
    copy = from_config(layer, config)
    assert copy.function is keras.ops.relu


@pytest.mark.parametrize("value", [None, 3, 0.5, "mse", True])
def test_plain_values_are_handed_on(value: Any) -> None:
    assert fresh(value) is value


def test_what_containers_hold_is_made_again() -> None:
    given = {"a": keras.losses.MeanSquaredError(), "b": [keras.metrics.AUC(), "mae"]}
    made = fresh(given)
    assert type(made["a"]) is keras.losses.MeanSquaredError
    assert made["a"] is not given["a"]
    assert type(made["b"][0]) is keras.metrics.AUC
    assert made["b"][0] is not given["b"][0]
    assert made["b"][1] == "mae"


def test_an_optimizer_has_the_rate_of_its_config_and_no_steps() -> None:
    before = keras.optimizers.SGD(0.25, momentum=0.5)
    before.iterations.assign(7)
    made = fresh(before, {**before.get_config(), "learning_rate": 0.125})
    assert float(made.learning_rate) == 0.125
    assert made.momentum == 0.5
    assert int(made.iterations) == 0


@pytest.mark.parametrize(
    ("copy", "why"),
    [
        pytest.param(lambda: config_of(Shy()), "has no usable config: NotImp", id="no config"),
        pytest.param(
            lambda: from_config(Steep(2.0), {}), "cannot be rebuilt from its config: TypeError",
            id="too little in it",
        ),
    ],
)  # fmt: skip
def test_what_its_class_does_not_make_again_is_refused(copy: Any, why: str) -> None:
    with pytest.raises(UntriedError, match=why):
        copy()


def test_code_of_the_user_that_may_do_more_is_not_run_again() -> None:
    written: list[Any] = []

    def noted(x: Any) -> Any:
        written.append(x)
        return x

    layer = keras.layers.Dense(1, activation=noted)
    with pytest.raises(UntriedError):
        require_known(layer)
    assert written == []
