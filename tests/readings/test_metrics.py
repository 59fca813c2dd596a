"""Which metric is computed, and its value beside a fitting one, against Keras."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.readings.metrics import Metric, Metrics
from tests.look.looking import readings_of

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 4)).astype("float32")
IDS = rng.integers(0, 3, 24)
BITS = rng.integers(0, 2, 24)


def model_with(units: int, activation: str | None, loss: Any, metrics: list[Any]) -> Any:
    keras.utils.set_random_seed(4)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation)])
    model.compile("sgd", loss, metrics=metrics)
    return model


@pytest.mark.parametrize(
    ("units", "activation", "loss", "labels", "resolved", "fitting"),
    [
        pytest.param(
            3,
            "softmax",
            "sparse_categorical_crossentropy",
            IDS,
            "SparseCategoricalAccuracy",
            "accuracy by argmax",
            id="ids",
        ),
        pytest.param(
            3,
            "softmax",
            "categorical_crossentropy",
            np.eye(3)[IDS],
            "CategoricalAccuracy",
            "accuracy by argmax",
            id="one-hot",
        ),
        pytest.param(
            1,
            "sigmoid",
            "binary_crossentropy",
            BITS[:, None],
            "BinaryAccuracy",
            "accuracy at threshold 0.5",
            id="one unit",
        ),
        pytest.param(
            1,
            None,
            keras.losses.BinaryCrossentropy(from_logits=True),
            BITS[:, None],
            "BinaryAccuracy",
            "accuracy at threshold 0",
            id="one unit of logits",
        ),
        pytest.param(
            1, None, "mse", X[:, :1], "BinaryAccuracy", "mean absolute error", id="regression"
        ),
        pytest.param(
            1, None, "mse", IDS[:, None], "BinaryAccuracy", "mean absolute error", id="counts"
        ),
    ],
)
def test_the_metric_is_the_one_that_keras_chose(  # noqa: PLR0917  (one case, six facts)
    units: int, activation: str | None, loss: Any, labels: Any, resolved: str, fitting: str
) -> None:
    model = model_with(units, activation, loss, ["accuracy"])
    (metric,) = readings_of(model, X, labels)[Metrics].metrics
    reported = model.evaluate(X, labels, verbose=0, return_dict=True)["accuracy"]
    assert (metric.resolved, metric.fitting, metric.rows) == (resolved, fitting, 24)
    assert metric.is_accuracy
    assert metric.reported == pytest.approx(reported)
    predicted = model.predict(X, verbose=0)
    by_hand = {
        "mean absolute error": lambda: keras.metrics.MeanAbsoluteError()(labels, predicted),
        "accuracy by argmax": lambda: np.mean(predicted.argmax(axis=1) == IDS),
        "accuracy at threshold 0.5": lambda: keras.metrics.BinaryAccuracy()(labels, predicted),
        "accuracy at threshold 0": lambda: keras.metrics.BinaryAccuracy(threshold=0.0)(
            labels, predicted
        ),
    }[fitting]()
    assert metric.fitting_value == pytest.approx(float(by_hand))


def own_score(labels: Any, predictions: Any) -> Any:
    return keras.ops.mean(labels * predictions)


@pytest.mark.parametrize(
    ("asked", "resolved", "name", "is_accuracy"),
    [
        ("mae", "MeanAbsoluteError", "mae", False),
        (keras.metrics.RootMeanSquaredError(), "RootMeanSquaredError", None, False),
        (keras.metrics.BinaryAccuracy(name="hits"), "BinaryAccuracy", "hits", True),
        (own_score, "own_score", "own_score", False),
    ],
)
def test_other_metrics_keep_their_names(
    asked: Any, resolved: str, name: str | None, is_accuracy: bool
) -> None:
    model = model_with(1, None, "mse", [asked])
    (metric,) = readings_of(model, X, X[:, :1])[Metrics].metrics
    assert (metric.resolved, metric.is_accuracy) == (resolved, is_accuracy)
    assert metric.name == (name or "root_mean_squared_error")
    logs = model.evaluate(X, X[:, :1], verbose=0, return_dict=True)
    assert metric.reported == pytest.approx(logs[metric.name], rel=1e-5)


def test_metrics_of_several_outputs_carry_the_output() -> None:
    seen = keras.Input((4,))
    parts = [keras.layers.Dense(1, name="a")(seen), keras.layers.Dense(1, name="b")(seen)]
    model = keras.Model(seen, parts)
    model.compile("sgd", ["mse", "mse"], metrics=[["mae"], ["mae", "accuracy"]])
    found = readings_of(model, X, [X[:, :1], X[:, 1:2]])[Metrics].metrics
    logs = model.evaluate(X, [X[:, :1], X[:, 1:2]], verbose=0, return_dict=True)
    assert [(one.output, one.name) for one in found] == [
        ("a", "a_mae"),
        ("b", "b_mae"),
        ("b", "b_accuracy"),
    ]
    for one in found:
        assert one.reported == pytest.approx(logs[one.name], rel=1e-5)
        assert one.fitting == "mean absolute error"


def test_without_metrics_there_are_none() -> None:
    assert readings_of(model_with(1, None, "mse", []), X, X[:, :1])[Metrics].metrics == ()


def test_several_truths_per_row_have_no_one_fitting_metric() -> None:
    model = model_with(3, "sigmoid", "binary_crossentropy", ["accuracy"])
    labels = rng.integers(0, 2, (24, 3)).astype("float32")
    (metric,) = readings_of(model, X, labels)[Metrics].metrics
    assert isinstance(metric, Metric)
    assert (metric.fitting, metric.fitting_value) == ("", None)


@pytest.mark.parametrize(
    ("metric", "threshold"),
    [
        pytest.param("accuracy", 0.5, id="Keras's own choice"),
        pytest.param("binary_accuracy", 0.5, id="a string"),
        pytest.param(keras.metrics.BinaryAccuracy(threshold=0.0), 0.0, id="given"),
        pytest.param(keras.metrics.Recall(), 0.5, id="recall"),
        pytest.param(keras.metrics.Precision(thresholds=[0.2, 0.7]), None, id="several"),
        pytest.param(keras.metrics.AUC(), None, id="all"),
    ],
)
def test_where_class_1_begins(metric: Any, threshold: float | None) -> None:
    model = model_with(1, "sigmoid", "binary_crossentropy", [metric])
    (found,) = readings_of(model, X, BITS[:, None])[Metrics].metrics
    assert found.threshold == threshold
