"""The loss in plain NumPy, against Keras itself."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.readings.head import Output
from nbdoctor.readings.labels import Target
from nbdoctor.readings.loss_at_init import LossAtInit, read_loss, recompute
from tests.look.looking import readings_of

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
SHARES = rng.dirichlet(np.ones(4), 12).astype("float32")
LOGITS = (rng.normal(size=(12, 4)) * 20).astype("float32")
UNITS = rng.random((12, 1)).astype("float32")
IDS = rng.integers(0, 4, 12)
BITS = rng.integers(0, 2, 12)
WEIGHTS = rng.random(12).astype("float32")

LOSSES = {
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
    "mean_squared_error": keras.losses.MeanSquaredError,
    "mean_absolute_error": keras.losses.MeanAbsoluteError,
}

CASES = [
    pytest.param("binary_crossentropy", UNITS, BITS[:, None], {}, id="bce"),
    pytest.param("binary_crossentropy", UNITS, BITS, {}, id="bce, flat labels"),
    pytest.param("binary_crossentropy", UNITS, UNITS[::-1], {}, id="bce, soft labels"),
    pytest.param("binary_crossentropy", LOGITS, LOGITS > 0, {"from_logits": True}, id="bce logits"),
    pytest.param("binary_crossentropy", UNITS, BITS, {"label_smoothing": 0.2}, id="bce smoothed"),
    pytest.param("categorical_crossentropy", SHARES, np.eye(4)[IDS], {}, id="cce"),
    pytest.param("categorical_crossentropy", SHARES, SHARES[::-1], {}, id="cce, soft labels"),
    pytest.param("categorical_crossentropy", np.abs(LOGITS), np.eye(4)[IDS], {}, id="cce of sizes"),
    pytest.param(
        "categorical_crossentropy", LOGITS, np.eye(4)[IDS], {"from_logits": True}, id="cce logits"
    ),
    pytest.param(
        "categorical_crossentropy",
        SHARES,
        np.eye(4)[IDS],
        {"label_smoothing": 0.1},
        id="cce smoothed",
    ),
    pytest.param("sparse_categorical_crossentropy", SHARES, IDS, {}, id="sparse"),
    pytest.param("sparse_categorical_crossentropy", SHARES, IDS[:, None], {}, id="sparse column"),
    pytest.param(
        "sparse_categorical_crossentropy", LOGITS, IDS, {"from_logits": True}, id="sparse logits"
    ),
    pytest.param("sparse_categorical_crossentropy", LOGITS, IDS, {}, id="sparse of no shares"),
    pytest.param(
        "sparse_categorical_crossentropy",
        np.maximum(LOGITS, 0) * (IDS > 1)[:, None],
        IDS,
        {},
        id="sparse of zeros",
    ),
    pytest.param(
        "sparse_categorical_crossentropy",
        SHARES.reshape(3, 4, 4),
        IDS.reshape(3, 4),
        {},
        id="sparse mask",
    ),
    pytest.param("mean_squared_error", LOGITS, SHARES, {}, id="mse"),
    pytest.param("mean_squared_error", UNITS, BITS, {}, id="mse, flat labels"),
    pytest.param("mean_absolute_error", UNITS, BITS[:, None], {}, id="mae"),
    pytest.param("mean_absolute_error", LOGITS, SHARES, {}, id="mae of columns"),
]


def output_of(loss: str, predictions: np.ndarray, **options: Any) -> Output:
    return Output(name="y", loss=loss, width=predictions.shape[-1], **options)


def test_unbounded_values_are_clipped_as_keras_clips_them() -> None:
    by_keras = float(keras.losses.BinaryCrossentropy()(LOGITS < 0, LOGITS))
    found = recompute(output_of("binary_crossentropy", LOGITS), LOGITS, LOGITS < 0)
    assert found == pytest.approx(by_keras, rel=0.01)  # Keras clips in single precision


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum"])
@pytest.mark.parametrize(("loss", "predictions", "labels", "options"), CASES)
def test_the_loss_by_hand_is_that_of_keras(
    loss: str, predictions: np.ndarray, labels: np.ndarray, options: Any, reduction: str
) -> None:
    by_keras = float(LOSSES[loss](reduction=reduction, **options)(labels, predictions))
    output = output_of(loss, predictions, summed=reduction == "sum", **options)
    assert recompute(output, predictions, labels) == pytest.approx(by_keras, rel=1e-4)


@pytest.mark.parametrize(("loss", "predictions", "labels", "options"), CASES)
def test_row_weights_multiply(
    loss: str, predictions: np.ndarray, labels: np.ndarray, options: Any
) -> None:
    weights = WEIGHTS[: len(predictions)]
    by_keras = float(LOSSES[loss](**options)(labels, predictions, _beside(weights, labels)))
    found = recompute(output_of(loss, predictions, **options), predictions, labels, weights)
    assert found == pytest.approx(by_keras, rel=1e-4)


def _beside(weights: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """For every pixel of a mask, as Keras wants row weights there."""
    is_mask = labels.shape == (3, 4)
    return np.repeat(weights[:, None], 4, axis=1) if is_mask else weights


@pytest.mark.parametrize(
    ("output", "predictions", "labels", "weights"),
    [
        pytest.param(output_of("custom", UNITS), UNITS, BITS, None, id="the user's own"),
        pytest.param(output_of("huber", UNITS), UNITS, BITS, None, id="another of Keras"),
        pytest.param(
            output_of("sparse_categorical_crossentropy", SHARES, ignore_class=0),
            SHARES,
            IDS,
            None,
            id="a class left out",
        ),
        pytest.param(
            output_of("sparse_categorical_crossentropy", SHARES), SHARES, IDS + 9, None, id="ids"
        ),
        pytest.param(
            output_of("sparse_categorical_crossentropy", SHARES), SHARES, IDS - 9, None, id="minus"
        ),
        pytest.param(output_of("mean_squared_error", SHARES), SHARES, BITS, None, id="shapes"),
        pytest.param(output_of("mean_squared_error", UNITS), UNITS, BITS, WEIGHTS[:5], id="rows"),
    ],
)
def test_some_losses_cannot_be_recomputed(
    output: Output, predictions: np.ndarray, labels: np.ndarray, weights: Any
) -> None:
    assert recompute(output, predictions, labels, weights) is None


def read(output: Output, target: Target) -> LossAtInit:
    pairs = [(output, target, UNITS, BITS)]
    return read_loss(reported=3.0, rehearsed=3.1, penalty=0.5, pairs=pairs, weights=None)


def test_what_an_untrained_head_shows() -> None:
    target = Target(name="y", entropy=0.6, variance=4.0, mean=3.0, std=2.0)
    binary = read(output_of("binary_crossentropy", UNITS), target)
    assert (binary.reference, binary.baseline) == (math.log(2), 0.6)
    several = read(output_of("sparse_categorical_crossentropy", SHARES), target)
    assert (several.reference, several.baseline) == (math.log(4), 0.6)
    squared = read(output_of("mean_squared_error", UNITS), target)
    assert (squared.reference, squared.baseline) == (13.0, 4.0)
    assert read(output_of("custom", UNITS), target).reference is None
    assert squared.data == 2.5
    assert squared.rows == 12


def test_a_sum_over_rows_is_compared_with_nothing() -> None:
    loss = read(output_of("mean_squared_error", UNITS, summed=True), Target(name="y", entropy=0.6))
    assert loss.reference is None
    assert loss.baseline is None


X = rng.normal(size=(12, 5)).astype("float32")


@pytest.mark.parametrize(
    ("units", "activation", "loss", "labels"),
    [
        (4, "softmax", "sparse_categorical_crossentropy", IDS),
        (4, "softmax", "categorical_crossentropy", np.eye(4)[IDS]),
        (4, "relu", "sparse_categorical_crossentropy", IDS),
        (1, "sigmoid", "binary_crossentropy", BITS[:, None]),
        (1, None, "mse", X[:, 0]),
        (1, None, "mae", X[:, :1]),
    ],
)
def test_the_reported_loss_is_that_of_evaluate(
    units: int, activation: str | None, loss: str, labels: np.ndarray
) -> None:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(units, activation, kernel_regularizer="l2"),
        ]
    )
    model.compile("sgd", loss)
    read = readings_of(model, X, labels)[LossAtInit]
    assert read.reported == pytest.approx(model.evaluate(X, labels, verbose=0), rel=1e-5)
    assert read.penalty == pytest.approx(0.01 * (model.layers[1].kernel.numpy() ** 2).sum())
    assert read.recomputed == pytest.approx(read.data, rel=1e-4)
    assert read.rehearsed == pytest.approx(model.train_on_batch(X, labels), rel=1e-6)
    assert read.rehearsed != pytest.approx(read.reported, rel=1e-3)


def test_row_weights_are_those_of_the_batch() -> None:
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    read = readings_of(model, X, BITS, WEIGHTS)[LossAtInit]
    assert read.recomputed == pytest.approx(read.reported, rel=1e-5)
    plain = model.evaluate(X, BITS, verbose=0)
    assert read.reported != pytest.approx(plain, rel=1e-2)
