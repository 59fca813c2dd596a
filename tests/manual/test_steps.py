"""The readings that the manual says are missing are those that are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from nbdoctor.capture.fit import watch_fits
from nbdoctor.cell.cell import Cell
from nbdoctor.manual import rules, steps
from nbdoctor.session.doctor import Doctor, Options

MADE = np.random.default_rng(0)
X = MADE.normal(size=(256, 8)).astype("float32")
Y = (X[:, 0] > 0).astype("int64")


def missing_of(kind: str) -> Mapping[type[Any], object]:
    """What is not known of a model with a layer of this kind, once it was trained."""
    import keras
    import tensorflow as tf

    class Own(keras.layers.Layer):
        def call(self, inputs: Any) -> Any:
            return inputs * 1.0

    class Calls(keras.layers.Layer):
        def call(self, inputs: Any) -> Any:
            called = tf.numpy_function(lambda values: values, [inputs], tf.float32)
            return tf.ensure_shape(called, inputs.shape)

        def compute_output_shape(self, shape: Any) -> Any:
            return shape

    own = {"own": [Own()], "eager": [Own()], "calls": [Calls()]}.get(kind, [])
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(16, activation="relu"),
            *own,
            layers.BatchNormalization(),
            layers.Dropout(0.2),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    eager = kind == "eager"
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"], run_eagerly=eager)
    doctor = Doctor(Cell(""), {}, Options(trials=False), Mock())
    with watch_fits(doctor):
        model.fit(X, Y, validation_data=(X, Y), epochs=2, verbose=0)
    doctor.finish()
    (examination,) = doctor.examinations
    assert examination.readings.faults == []
    return examination.readings.missing


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
def test_what_is_lost_is_what_is_missing() -> None:
    plain = missing_of("plain")
    for what, kind in zip(steps.LOST, ("own", "eager", "calls"), strict=True):
        lost = {one.__name__ for one in missing_of(kind) if one not in plain}
        assert lost == {one.__name__ for one in steps.LOST[what]}, what


def test_the_table_names_every_rule_that_reads_what_is_lost_once() -> None:
    *_, own, eager, only_run = steps.section(rules.ordered()).split("\n")
    for row, kinds in zip((own, eager, only_run), steps.LOST.values(), strict=True):
        concerned = [one for one in rules.ordered() if not set(one.needs).isdisjoint(kinds)]
        assert concerned
        assert all(row.count(f"[`{one.name}`]") == 1 for one in concerned)
        assert row.count("](") == len(concerned)
        not_run = row.split("|")[3]
        assert all(
            (f"`{one.name}`" in not_run) == (not set(one.requires).isdisjoint(kinds))
            for one in concerned
        )
