from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.readings.head import read_head
from nbdoctor.readings.loss_parts import LossPart, LossParts, parts_after_training, parts_of_loss
from tests.look.looking import look_at

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(16, 4)).astype("float32")
Y = X[:, :1] * 3


def parts_of(model: Any, y: Any) -> tuple[LossParts, Any]:
    look = look_at(model, (X, y))
    look.rehearse()
    found = parts_of_loss(look, read_head(model, ["y"]), None)
    assert found is not None
    return found, look


def built(hidden: Any) -> Any:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_a_loss_on_the_data_is_one_part() -> None:
    model = built(keras.layers.Dense(3))
    found, look = parts_of(model, Y)
    (part,) = found.parts
    assert (part.kind, part.shown) == ("data", "the loss on the data")
    assert part.before == pytest.approx(look.first.loss, rel=1e-5)


def test_regularizers_and_what_layers_add_are_told_apart() -> None:
    l2 = keras.regularizers.L2
    model = built(keras.layers.Dense(3, kernel_regularizer=l2(0.1), activity_regularizer=l2(0.2)))
    kernel = np.array(model.layers[0].kernel)
    found, look = parts_of(model, Y)
    assert {one.kind for one in found.parts} == {"data", "weights", "activity"}
    assert found.before("weights") == pytest.approx(0.1 * (kernel**2).sum(), rel=1e-4)
    hidden = X @ kernel
    assert found.before("activity") == pytest.approx(0.2 * (hidden**2).sum() / 16, rel=1e-3)
    assert sum(one.before for one in found.parts) == pytest.approx(look.first.loss, rel=1e-5)


def test_heads_are_told_apart_and_their_gradients_compared() -> None:
    seen = keras.Input((4,))
    shared = keras.layers.Dense(3)(seen)
    outputs = {name: keras.layers.Dense(1, name=name)(shared) for name in ("one", "other")}
    model = keras.Model(seen, outputs)
    model.compile("sgd", {"one": "mse", "other": "mse"}, loss_weights={"one": 1.0, "other": 100.0})
    found, look = parts_of(model, {"one": Y, "other": Y})
    assert {one.output for one in found.of("data")} == {"one", "other"}
    after = parts_after_training(look, found)
    assert after is not None
    slopes = {one.output: one.slope for one in after.parts}
    assert slopes["one"] is not None
    assert slopes["other"] is not None
    assert slopes["other"] > 10 * slopes["one"]
    assert after.after("data") == pytest.approx(found.before("data"), rel=1e-5)


def test_a_term_of_an_own_model_is_called_by_its_line_or_layer() -> None:
    assert LossPart(kind="activity", line=7).shown == "the term of line 7"
    assert LossPart(kind="activity", layer="dense").shown == "the term that `dense` adds"
    assert LossPart(kind="weights").shown == "the regularizers"
