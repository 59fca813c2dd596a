"""Readings of a deep net on the digits, made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.readings.updates import Updates, WeightUpdate
from nbdoctor.readings.validation import Validation
from nbdoctor.readings.weights import Weight, Weights
from nbdoctor.readings.weights_left import WeightsLeft
from tests.view.digits import bell, digits_inputs, digits_labels


def names(depth: int) -> tuple[str, ...]:
    """The layers of a deep net."""
    return (*(f"dense_{place}" for place in range(depth)), "probs")


def deep_gradients(depth: int, fading: float) -> Gradients:
    """Each layer has `fading` times the gradient of the one after it."""
    return Gradients(
        weights=tuple(_weights_of(depth, fading)),
        first_layer="dense_0",
        last_layer="probs",
        first_to_last=tuple(fading**depth * jitter for jitter in (0.8, 1.0, 1.2)),
        batches=8,
    )


def _weights_of(depth: int, fading: float) -> Iterator[WeightGradient]:
    for place, layer in enumerate(names(depth)):
        size = 0.9 * fading ** (depth - place)
        for name, is_kernel in (("kernel", True), ("bias", False)):
            yield WeightGradient(
                path=f"{layer}/{name}",
                layer=layer,
                norms=tuple(size * (0.7 + 0.1 * batch) for batch in range(8)),
                weight_norm=4.2 if is_kernel else 0.0,
                is_kernel=is_kernel,
                histogram=bell(-size, size),
            )


def deep_activations(depth: int, kind: str, fading: float) -> Activations:
    """Each layer tells rows apart `fading` times as well as the one before it."""
    return Activations(
        layers=tuple(
            LayerActivation(
                layer=layer,
                kind="Dense",
                activation="softmax" if layer == "probs" else kind,
                is_output=layer == "probs",
                mean=0.5 if kind == "sigmoid" else 0.31,
                std=0.21 * fading**place,
                zero_share=0.46 if kind == "relu" and layer != "probs" else 0.0,
                dead_share=0.03 if kind == "relu" and layer != "probs" else None,
                units=64,
                saturated_share=0.38 * 0.5**place if kind == "sigmoid" else None,
                spread=0.19 * fading**place,
                largest=0.99,
                histogram=bell(0, 1),
            )
            for place, layer in enumerate(names(depth))
        ),
        rows=256,
    )


def readings(depth: int, kind: str, fading: float, top: float) -> dict[str, Any]:
    """All readings of a deep net on the digits."""
    layers = names(depth)
    return {
        "Fit": Fit(data_kind="arrays", rows=1149, batch_size=32, epochs=50, validation_split=0.2),
        "Inputs": digits_inputs(top),
        "Labels": digits_labels(),
        "Validation": Validation(
            target="probs",
            split="tail",
            rows=288,
            training_rows=1149,
            share=0.2,
            classes=tuple(map(float, range(10))),
            counts=tuple((value, rows // 5) for value, rows in digits_labels().targets[0].counts),
            training_classes=tuple(map(float, range(10))),
        ),
        "Layers": Layers(
            model="sequential",
            layers=tuple(
                Layer(
                    name=name,
                    kind="Dense",
                    activation=kind,
                    units=64,
                    parameters=4160,
                    trainable=True,
                    trained=4160,
                    shape=(None, 64),
                )
                for name in layers
            ),
            trainable=33930,
            total=33930,
        ),
        "Gradients": deep_gradients(depth, fading),
        "Activations": deep_activations(depth, kind, fading**0.6),
        "Weights": Weights(
            weights=tuple(
                Weight(
                    path=f"{name}/kernel",
                    layer=name,
                    shape=(64, 64),
                    trainable=True,
                    mean=0.0,
                    std=0.125,
                    norm=4.2,
                    histogram=bell(-0.21, 0.21),
                )
                for name in layers
            )
        ),
        "WeightsLeft": WeightsLeft(
            weights=tuple(
                Weight(
                    path=f"{name}/kernel",
                    layer=name,
                    shape=(64, 64),
                    trainable=True,
                    mean=0.0,
                    std=0.16,
                    norm=5.1,
                    histogram=bell(-0.4, 0.4),
                )
                for name in layers
            )
        ),
        "Updates": Updates(
            optimizer="Adam",
            rate_now=0.001,
            kernels=tuple(
                WeightUpdate(
                    path=f"{name}/kernel", layer=name, ratio=0.0063 * fading ** (depth - n)
                )
                for n, name in enumerate(layers)
            ),
            ratio=0.0031,
            first_to_last=fading**depth,
            travel=5.6,
            loss_before=(2.41, 2.36, 2.33),
            loss_after=(2.36, 2.33, 2.31),
        ),
        "Head": Head(
            outputs=(
                Output(
                    name="probs",
                    layer="probs",
                    shape=(None, 10),
                    width=10,
                    activation="softmax",
                    loss="sparse_categorical_crossentropy",
                    loss_text='"sparse_categorical_crossentropy"',
                    rows=256,
                    minimum=0.051,
                    maximum=0.183,
                    row_sum_minimum=1.0,
                    row_sum_maximum=1.0,
                ),
            )
        ),
        "LossAtInit": LossAtInit(
            reported=2.4113,
            rehearsed=2.3125,
            penalty=0.0,
            data=2.4113,
            recomputed=2.4113,
            baseline=2.302,
            reference=2.3026,
            rows=32,
        ),
        "Metrics": Metrics(
            metrics=(
                Metric(
                    output="probs",
                    asked="accuracy",
                    resolved="SparseCategoricalAccuracy",
                    name="accuracy",
                    is_accuracy=True,
                    reported=0.0938,
                    fitting="accuracy by argmax",
                    fitting_value=0.0938,
                    rows=32,
                ),
            )
        ),
        "Pipeline": Pipeline(
            first_fetch=0.0042,
            first_step=1.31,
            step=0.0021,
            steps_timed=34,
            steps_per_epoch=36,
            epochs=50,
            epoch=0.0756,
            validation=0.11,
            fetch=0.0004,
            compute=0.0016,
            remaining=9.2,
        ),
    }
