from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbdoctor.look.predicting import ROWS_AT_ONCE, RowsDoNotFitError, predictions_of
from tests.look.looking import look_at

pytestmark = pytest.mark.keras

X = np.random.default_rng(0).normal(size=(600, 4)).astype("float32")
Y = X[:, :1] * 2


def trained(*more: Any, own: bool = False) -> tuple[Any, Any]:
    """A look at a model, and the model after an epoch on the same rows."""
    import keras

    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(5), *more, keras.layers.Dense(1)]
    if own:
        layers.insert(1, _own_layer())
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    look = look_at(model, (X[:32], Y[:32]))
    model.fit(X, Y, epochs=1, verbose=0)
    return look, model


CALLS: list[int] = []


def _own_layer() -> Any:
    import keras

    class Twice(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            CALLS.append(1)
            return x * 2

    return Twice()


def asked(look: Any, rows: int = 600, seconds: float = 60.0) -> Any:
    return predictions_of(look, {"x": X}, {"y": Y}, np.arange(rows), seconds)


def test_predictions_are_those_of_predict() -> None:
    import keras

    look, model = trained(keras.layers.BatchNormalization(), keras.layers.Dropout(0.5))
    (predicted,), index = asked(look)
    assert index.tolist() == list(range(600))
    assert predicted == pytest.approx(model.predict(X, verbose=0), abs=1e-5)


def test_nothing_of_the_model_changes() -> None:
    import keras

    look, model = trained(keras.layers.BatchNormalization(), keras.layers.Dropout(0.5))
    before = [np.array(one) for one in (*model.variables, *model.optimizer.variables)]
    asked(look)
    after = [np.array(one) for one in (*model.variables, *model.optimizer.variables)]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_no_code_of_the_user_runs_again() -> None:
    look, model = trained(own=True)
    assert not look.is_pure
    calls, before = len(CALLS), [np.array(one) for one in model.variables]
    (predicted,), index = asked(look)
    assert len(CALLS) == calls
    assert len(index) == 600 // 32 * 32, "batches as training has them"
    assert all(np.array_equal(a, b) for a, b in zip(before, model.variables, strict=True))
    assert predicted == pytest.approx(model.predict(X[: len(index)], verbose=0), abs=1e-5)


def test_where_time_is_over_the_first_rows_are_there() -> None:
    look, _ = trained()
    (predicted,), index = asked(look, seconds=0.0)
    assert len(predicted) == len(index) == ROWS_AT_ONCE


@pytest.mark.parametrize(
    ("inputs", "targets"),
    [
        pytest.param({"x": X[:, :3]}, {"y": Y}, id="narrower rows"),
        pytest.param({"a": X, "b": X}, {"y": Y}, id="more inputs"),
        pytest.param({"x": np.array([["a"] * 4] * 600)}, {"y": Y}, id="text"),
    ],
)
def test_rows_of_another_form_are_refused(inputs: Any, targets: Any) -> None:
    look, _ = trained()
    with pytest.raises(RowsDoNotFitError):
        predictions_of(look, inputs, targets, np.arange(600), 9.0)
