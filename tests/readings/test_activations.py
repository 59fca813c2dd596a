"""What layers put out, against predictions of the same layers called one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.look.checksum import digest
from nbdoctor.look.forward import training_pass
from nbdoctor.look.layer_calls import LayerOutputs
from nbdoctor.look.passes import Passes
from nbdoctor.readings.activations import (
    Activations,
    LayerActivation,
    activations_after_training,
    activations_of_look,
    marked,
    read_activations,
)
from nbdoctor.readings.layers import read_layers
from nbdoctor.readings.missing import NotTakenError
from tests.look.looking import look_at

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(64, 6)).astype("float32")


def sent_through(model: Any) -> tuple[LayerOutputs, Activations]:
    """All of `X` through `model`."""
    passed = training_pass(model, keras.ops.array(X)).passed
    return passed, read_activations([passed])


def passed(*layers: Any) -> tuple[Any, LayerOutputs, dict[str, LayerActivation]]:
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input(X.shape[1:]), *layers])
    noted, found = sent_through(model)
    return model, noted, {one.layer: one for one in found.layers}


def test_measures_are_those_of_the_layers_called_by_hand() -> None:
    model, _, found = passed(
        keras.layers.Dense(16, "relu", name="a"),
        keras.layers.Dropout(0.9, name="drop"),
        keras.layers.Dense(8, "sigmoid", name="b", kernel_initializer="he_normal"),
        keras.layers.Dense(5, "tanh", name="c"),
    )
    model.get_layer("b").kernel.assign(9 * model.get_layer("b").kernel)
    _, again = sent_through(model)
    found = {one.layer: one for one in again.layers}
    values = np.asarray(model.get_layer("a")(X))
    first = found["a"]
    assert first.dead_share == pytest.approx(np.mean([not (unit > 0).any() for unit in values.T]))
    assert first.zero_share == pytest.approx((values == 0).mean())
    assert first.mean == pytest.approx(values.mean(), rel=1e-4)
    assert first.std == pytest.approx(values.std(), rel=1e-4)
    assert first.spread == pytest.approx(values.std(axis=0).mean(), rel=1e-4)
    assert first.largest == pytest.approx(values.max())
    assert (first.units, first.saturated_share) == (16, None)
    assert found["drop"].mean == pytest.approx(first.mean)
    values = np.asarray(model.get_layer("b")(values))
    second = found["b"]
    assert second.saturated_share == pytest.approx((values * (1 - values) < 0.01).mean())
    assert 0 < (second.saturated_share or 0) < 1
    assert second.dead_share is None
    values = np.asarray(model.get_layer("c")(values))
    assert found["c"].saturated_share == pytest.approx((1 - values**2 < 0.01).mean())
    assert again.rows == 64


def test_dead_units_are_counted() -> None:
    model, _, _ = passed(keras.layers.Dense(8, "relu", name="a"), keras.layers.ReLU(name="b"))
    model.layers[0].bias.assign([-99.0] * 6 + [0.0] * 2)
    _, found = sent_through(model)
    assert [one.dead_share for one in found.layers] == [0.75, 0.75]


def test_normalisation_works_as_in_training() -> None:
    model, _, found = passed(
        keras.layers.Dense(4, name="a"), keras.layers.BatchNormalization(name="norm")
    )
    assert found["norm"].mean == pytest.approx(0.0, abs=1e-4)
    assert found["norm"].std == pytest.approx(1.0, abs=0.02)
    moving = model.get_layer("norm").moving_mean.numpy()
    assert (moving == 0).all()


def test_nothing_is_left_behind() -> None:
    model, _, _ = passed(keras.layers.GaussianNoise(1.0), keras.layers.BatchNormalization())
    before = digest(model)
    sent_through(model)
    assert digest(model) == before


def test_what_the_first_kernel_receives_is_kept() -> None:
    _, noted, _ = passed(
        keras.layers.Rescaling(10.0), keras.layers.Flatten(), keras.layers.Dense(2, name="in")
    )
    assert noted.entry_layer == "in"
    assert noted.entry_ops == ("Rescaling", "Flatten")
    np.testing.assert_allclose(noted.entry, 10 * X, rtol=1e-5)


def test_broken_values_are_counted_where_they_begin() -> None:
    model, _, _ = passed(
        keras.layers.Dense(3, name="good"),
        keras.layers.Dense(3, name="bad"),
        keras.layers.Dense(3, name="after"),
    )
    model.get_layer("bad").bias.assign([0.0, np.nan, np.inf])
    _, found = sent_through(model)
    assert [one.non_finite for one in found.layers] == [0, 128, 192]
    assert found.first_non_finite == "bad"
    assert np.isfinite([found.layers[1].mean, found.layers[1].largest]).all()


def test_layers_inside_of_models_are_seen_and_cells_of_loops_are_not() -> None:
    inner = keras.Sequential([keras.layers.Dense(4, "relu", name="d")], name="inner")
    _, _, found = passed(
        inner, keras.layers.Reshape((2, 2), name="shape"), keras.layers.GRU(3, name="gru")
    )
    assert list(found) == ["inner/d", "inner", "shape", "gru"]
    assert found["gru"].units == 3


def test_rows_of_all_batches_that_a_step_was_made_on_are_taken() -> None:
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2, name="head")])
    model.compile("sgd", "mse")
    batch = (X, X[:, :2])
    look = look_at(model, *[batch] * 5)
    look.go_on(None)
    found = activations_of_look(look, Passes.of(look, labelled=True), read_layers(model))
    assert isinstance(found, Activations)
    assert found.rows == 5 * 64
    assert [one.is_output for one in found.layers] == [True]


def test_what_was_measured_before_training_stays_where_nothing_is_read_after_it() -> None:
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    look = look_at(model, (X, X[:, :2]))
    passes = Passes.of(look, labelled=True)
    before = activations_of_look(look, passes, read_layers(model))
    assert before is not None
    held_nothing = [replace(one, layers={}) for one in passes.outputs]
    after = activations_after_training(
        before, Passes(lambda: None, lambda: held_nothing), read_layers(model)
    )
    assert after is None


def test_layers_that_nobody_has_looked_at_are_not_measured() -> None:
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    look = look_at(model, (X, X[:, :2]))
    held_nothing = [replace(one, layers={}) for one in Passes.of(look, labelled=True).outputs]
    assert held_nothing
    with pytest.raises(NotTakenError) as why:
        activations_of_look(look, Passes(lambda: None, lambda: held_nothing), None)
    assert why.value.missing.kind == "not measured"


def test_without_a_known_output_the_last_layer_is_taken() -> None:
    layers = (LayerActivation(layer="a", kind="Dense"), LayerActivation(layer="b", kind="Dense"))
    found = marked(Activations(layers=layers, rows=1), None)
    assert [one.is_output for one in found.layers] == [False, True]
