"""Ids beside the tables they are looked up in."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.tokens import TokenInput, read_tokens

pytestmark = pytest.mark.keras

IDS = np.array([[3, 1, 0, 0], [2, 0, 5, 0], [9, 9, 9, 9]])
L = keras.layers


def tokens(model: Any, **inputs: np.ndarray) -> tuple[TokenInput, ...]:
    count = len(next(iter(inputs.values())))
    rows = Rows(inputs=inputs, targets={}, index=np.arange(count), total=count, whole=inputs)
    found = read_tokens(model, rows, {"x": "ids"})
    return found.inputs if found else ()


def test_a_sequential_model() -> None:
    model = keras.Sequential([keras.Input((4,)), L.Embedding(9, 2), L.LSTM(3)])
    (one,) = tokens(model, x=IDS)
    assert (one.variable, one.vocabulary, one.minimum, one.maximum) == ("ids", 9, 0.0, 9.0)
    assert (one.beyond, one.fractional, one.rows, one.length) == (4, 0, 3, 4)
    assert one.padded == pytest.approx(3 / 12)
    assert one.zeros_inside == pytest.approx(1 / 9)
    assert (one.masked, one.recurrent) == (False, model.layers[-1].name)


def test_a_model_that_is_not_built() -> None:
    (one,) = tokens(keras.Sequential([L.Embedding(10, 2, mask_zero=True), L.Flatten()]), x=IDS - 1)
    assert (one.beyond, one.masked, one.recurrent) == (4, True, "")


def test_fractions_are_counted() -> None:
    (one,) = tokens(keras.Sequential([keras.Input((4,)), L.Embedding(10, 2)]), x=IDS / 10)
    assert one.fractional == 8
    assert one.beyond == 0


def test_the_input_of_each_embedding_is_found_by_name_or_place() -> None:
    words, place = keras.Input((4,), name="words"), keras.Input((1,), name="place")
    numbers = keras.Input((2,), name="numbers")
    parts = [L.Flatten()(L.Embedding(10, 2)(words)), L.Flatten()(L.Embedding(3, 2)(place)), numbers]
    model = keras.Model([words, place, numbers], L.Concatenate()(parts))
    given = {"words": IDS, "place": IDS[:, :1] % 5, "numbers": IDS[:, :2] / 3}
    for inputs in (given, dict(zip(("x_1", "x_2", "x_3"), given.values(), strict=True))):
        first, second = tokens(model, **inputs)
        assert (first.vocabulary, first.beyond, second.vocabulary) == (10, 0, 3)
        assert second.beyond == 2


def test_no_embedding_no_tokens() -> None:
    assert tokens(keras.Sequential([keras.Input((4,)), L.Dense(2)]), x=IDS) == ()
    hashed = keras.Sequential([keras.Input((4,)), L.Rescaling(1.0), L.Embedding(9, 2)])
    assert tokens(hashed, x=IDS) == (), "what a layer makes of the ids is not known"


def test_backwards_and_sequences_do_not_end_on_padding() -> None:
    for reader in (L.LSTM(3, go_backwards=True), L.LSTM(3, return_sequences=True)):
        (one,) = tokens(keras.Sequential([keras.Input((4,)), L.Embedding(10, 2), reader]), x=IDS)
        assert one.recurrent == ""


def test_zeros_between_other_ids() -> None:
    model = keras.Sequential([keras.Input((6,)), L.Embedding(9, 2), L.Flatten()])
    single = np.array([[3, 0, 1, 0, 2, 0], [0, 0, 1, 2, 3, 4], [1, 2, 0, 0, 0, 0]])
    (one,) = tokens(model, x=single)
    assert (one.between, one.single) == (pytest.approx(1 / 3), 1.0)
    (one,) = tokens(model, x=np.array([[3, 1, 0, 0, 2, 0], [0, 3, 0, 1, 0, 0]]))
    assert (one.between, one.single) == (1.0, 0.5)
