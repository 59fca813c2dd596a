"""Whatever a look does to a model goes back, and nothing else does."""

from __future__ import annotations

import random
import warnings
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.capture.transaction import as_compiled, digest, transaction, variables

pytestmark = pytest.mark.keras

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


class Own(keras.layers.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.calls, self.seen, self.notes, self.kinds = 0, [], {}, set()
        self.plain = tf.Variable(1.0)
        self.cache: Any = None

    def call(self, inputs: Any) -> Any:
        self.calls += 1
        self.seen.append("called")
        self.notes["last"] = self.calls
        self.kinds.add(self.calls)
        self.plain.assign_add(1.0)
        self.cache = inputs
        self.fresh = 3
        print("from the layer")  # noqa: T201  (users do)
        warnings.warn("from the layer", stacklevel=1)
        return inputs


@pytest.fixture
def model() -> Any:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model


def with_own_layer() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = keras.Sequential([keras.Input((3,)), Own(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def state(layer: Own) -> tuple[Any, ...]:
    kept = (layer.calls, list(layer.seen), dict(layer.notes), set(layer.kinds))
    return (*kept, float(layer.plain.numpy()), layer.cache, hasattr(layer, "fresh"))


def test_attributes_and_variables_of_any_owner_go_back() -> None:
    model = with_own_layer()
    own = model.layers[0]
    own.calls, own.notes["mine"] = 5, "kept"
    before, containers = state(own), (own.seen, own.notes, own.kinds)
    with transaction(model):
        model.train_step((tf.constant(X), tf.constant(X[:, :1])))
        assert state(own) != before
    assert state(own) == before
    for now, then in zip((own.seen, own.notes, own.kinds), containers, strict=True):
        assert now is then


def test_prints_and_warnings_are_swallowed(capfd: pytest.CaptureFixture[str]) -> None:
    model = with_own_layer()
    capfd.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        filters = list(warnings.filters)
        with transaction(model):
            model(X)
        assert warnings.filters == filters
    assert capfd.readouterr() == ("", "")


def test_a_training_step_leaves_no_trace(model: Any) -> None:
    model.train_on_batch(X, X[:, :1])
    before = [variable.numpy() for variable in variables(model)]
    with transaction(model):
        model.train_step((tf.constant(X), tf.constant(X[:, :1])))
        changed = [variable.numpy() for variable in variables(model)]
    after = [variable.numpy() for variable in variables(model)]
    assert sum(not np.array_equal(a, b) for a, b in zip(before, changed, strict=True)) > 10
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


DRAWS = {
    "python": random.random,
    "numpy": np.random.rand,
    "tensorflow": lambda: float(tf.random.uniform(())),
    "keras": lambda: float(keras.random.uniform(())),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("drawn_before", [False, True])
def test_random_draws_go_back(model: Any, name: str, drawn_before: bool) -> None:
    draw = DRAWS[name]

    def following(inside: bool) -> list[float]:
        keras.backend.clear_session()
        keras.utils.set_random_seed(9)
        if drawn_before:
            draw()
        if inside:
            with transaction(model):
                for _ in range(3):
                    draw()
        return [draw(), draw()]

    assert following(inside=True) == following(inside=False)


def test_random_state_of_the_host_is_left_alone_where_that_is_asked(model: Any) -> None:
    random.seed(3)
    with transaction(model, restore_host_random=False):
        inside = random.random()  # noqa: S311  (what users draw)
    random.seed(3)
    assert random.random() == inside  # noqa: S311
    assert random.random() != inside  # noqa: S311


def test_an_error_inside_undoes_as_well(model: Any) -> None:
    before = digest(model)
    eager = tf.config.functions_run_eagerly()
    with pytest.raises(ZeroDivisionError), transaction(model):  # noqa: PT012  (ends by it)
        model.layers[0].kernel.assign(0 * model.layers[0].kernel)
        random.random()  # noqa: S311
        raise ZeroDivisionError
    assert digest(model) == before
    assert tf.config.functions_run_eagerly() == eager


def test_the_checksum_notices_one_bit(model: Any) -> None:
    before = digest(model)
    assert digest(model) == before
    kernel = model.layers[0].kernel.numpy()
    bits = kernel.view(np.uint32)
    bits[0, 0] ^= 1
    model.layers[0].kernel.assign(kernel)
    assert digest(model) != before
    bits[0, 0] ^= 1
    model.layers[0].kernel.assign(kernel)
    assert digest(model) == before


@pytest.mark.parametrize("name", ["python", "numpy"])
def test_the_checksum_notices_one_draw(model: Any, name: str) -> None:
    keras.utils.set_random_seed(1)
    before = digest(model)
    DRAWS[name]()
    assert digest(model) != before


def test_the_checksum_notices_a_draw_of_a_layer_and_of_tensorflow(model: Any) -> None:
    before = digest(model)
    model(X, training=True)
    after = digest(model)
    assert after != before
    tf.random.uniform(())
    assert digest(model) != after


def test_what_the_first_fit_makes_is_forgotten() -> None:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.layers.Dense(3, "relu"), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["accuracy"])
    with as_compiled(model), transaction(model):
        model.fit(X, X[:, :1], verbose=0)
        assert model.optimizer.built
    assert not model.built
    assert not model.optimizer.built
    assert not model._compile_metrics.built
    model.fit(X, (X[:, :1] > 0).astype(int), verbose=0)
    assert len(model.optimizer.variables) == 2 + 2 * 4
