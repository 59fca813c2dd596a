from typing import Any

import keras
import pytest

from nbdoctor.readings.wiring import Wiring, read_wiring

pytestmark = pytest.mark.keras


def read(model: Any) -> Wiring:
    found = read_wiring(model, {"head": 9})
    assert found is not None
    return found


def test_a_chain_is_read_in_order() -> None:
    model = keras.Sequential(
        [
            keras.Input((6, 4)),
            keras.layers.LSTM(5, return_sequences=True, name="memory"),
            keras.layers.Dropout(0.3, name="drop"),
            keras.layers.Conv1D(7, 3, name="conv"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(2, "softmax", name="head"),
        ]
    )
    steps = read(model).steps
    assert [(one.name, one.takes, one.width_in, one.width) for one in steps] == [
        ("memory", (), 4, 5),
        ("drop", ("memory",), 5, 5),
        ("conv", ("drop",), 5, 7),
        ("flat", ("conv",), 7, 28),
        ("head", ("flat",), 28, 2),
    ]
    assert [one.size for one in steps] == [30, 30, 28, 28, 2]
    assert [one.rate for one in steps] == [None, 0.3, None, None, None]
    assert [one.sequences for one in steps] == [True, None, None, None, None]
    assert [one.kernel for one in steps] == [(), (), (3,), (), ()]
    assert [one.is_output for one in steps] == [False] * 4 + [True]
    assert [one.line for one in steps] == [None] * 4 + [9]


def test_layers_inside_a_nested_model_are_connected_with_those_around_it() -> None:
    inner = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, name="a"), keras.layers.Dropout(0.1, name="d")],
        name="inner",
    )
    seen = keras.Input((4,))
    first = keras.layers.Dense(4, name="first")(seen)
    model = keras.Model(seen, keras.layers.Dense(2, name="b")(inner(first)))
    found = read(model)
    assert [(one.name, one.takes) for one in found.steps] == [
        ("first", ()),
        ("inner/a", ("first",)),
        ("inner/d", ("inner/a",)),
        ("b", ("inner/d",)),
    ]
    assert [one.name for one in found.users(found.steps[1])] == ["b"]
    assert [one.name for one in found.after(found.steps[1])] == ["inner/d"]


def test_a_nested_model_at_the_end_has_the_output() -> None:
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="a")], name="inner")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="b"), inner])
    assert [one.name for one in read(model).steps if one.is_output] == ["inner/a"]


def test_operations_and_shared_layers_are_steps_too() -> None:
    left, right = keras.Input((4,)), keras.Input((4,))
    shared = keras.layers.Dense(4, name="shared")
    both = shared(left) * shared(right)
    found = read(keras.Model([left, right], keras.layers.Dense(1, name="head")(both)))
    assert [(one.kind, one.calls) for one in found.steps] == [
        ("Dense", 2),
        ("Multiply", 1),
        ("Dense", 1),
    ]
    assert found.steps[1].takes == ("shared",)
    assert found.steps[2].takes == (found.steps[1].name,)
    assert found.step("nowhere") is None


def test_what_a_call_of_the_users_does_is_not_known() -> None:
    class Own(keras.Model):
        def call(self, x: Any) -> Any:
            return x

    assert read_wiring(Own()) is None
    assert read_wiring(keras.Sequential([keras.layers.Dense(2)])) is None


def test_a_deep_model_is_walked() -> None:
    layers = [keras.layers.Identity() for _ in range(600)]
    assert len(read(keras.Sequential([keras.Input((4,)), *layers])).steps) == 600
