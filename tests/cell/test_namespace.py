"""Variables are known by their types alone; strangers are asked nothing."""

from __future__ import annotations

import types
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pandas as pd
import pytest

from nbdoctor.cell import namespace
from nbdoctor.cell.names import is_code_of_a_cell
from nbdoctor.notebook.pairing import paired_data

asked: list[str] = []


class Lazy:
    """Notes whatever is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        asked.append(name)
        raise ConnectionError(name)

    def __eq__(self, other: object) -> bool:
        asked.append("==")
        return True

    def __hash__(self) -> int:
        asked.append("hash")
        return 1

    def __len__(self) -> int:
        asked.append("len")
        return 3


class LazyClass(type):
    """A metaclass that notes whatever is asked of its classes."""

    def __getattribute__(cls, name: str) -> Any:
        asked.append(name)
        raise ConnectionError(name)

    def __instancecheck__(cls, one: object) -> bool:
        asked.append("isinstance")
        return True


class OfLazyClass(metaclass=LazyClass):
    pass


class Counting(np.ndarray):
    """An array of the user's own."""

    @property
    def shape(self) -> Any:  # type: ignore[override]
        asked.append("shape")
        return super().shape


class Forged:
    """Says that it is from a library."""

    __module__ = "numpy"

    def __getattr__(self, name: str) -> Any:
        asked.append(name)
        raise AttributeError(name)


STRANGERS = {
    "a lazy object": Lazy,
    "an object of a lazy class": lambda: object.__new__(OfLazyClass),
    "an array of the user's": lambda: np.zeros((4, 3)).view(Counting),
    "one that poses as a library's": Forged,
    "a mock": lambda: MagicMock(shape=(4, 3)),
    "a simple namespace": lambda: types.SimpleNamespace(shape=(4, 3)),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_are_asked_nothing(name: str) -> None:
    names = dict.fromkeys(("x", "y"), STRANGERS[name]())  # type: ignore[no-untyped-call]
    asked.clear()
    known = [
        check(names["x"])
        for check in (
            namespace.is_data,
            namespace.is_model,
            namespace.is_plain,
            is_code_of_a_cell,
        )
    ]
    found = [*namespace.data(names), *namespace.models(names)]
    paired = paired_data(object(), names)
    heard = list(asked)
    assert heard == []
    assert (known, found, paired) == ([False] * 4, [], None)


def test_a_lazy_class_is_a_class_and_asked_nothing() -> None:
    asked.clear()
    known = namespace.is_class(OfLazyClass), namespace.is_data(OfLazyClass)
    module = namespace.module_of(OfLazyClass)
    assert (known, module, asked) == ((True, False), __name__, [])


def test_data_of_libraries() -> None:
    names = {
        "array": np.zeros(3),
        "masked": np.ma.array([1]),
        "number": np.float32(1),
        "table": pd.DataFrame({"a": [1]}),
        "column": pd.Series([1]),
        "text": "x",
        "list": [1],
        "module": np,
        "class": np.ndarray,
        "function": np.zeros,
        "own": Forged,
    }
    found = [name for name, _ in namespace.data(names)]
    assert found == ["array", "masked", "number", "table", "column"]


def test_functions_and_classes_of_a_cell() -> None:
    cell: dict[str, Any] = {"__name__": "__main__"}
    exec("def f(): pass\nclass C: pass\nc = C()", cell)  # noqa: S102
    assert is_code_of_a_cell(cell["f"])
    assert is_code_of_a_cell(cell["C"])
    assert not is_code_of_a_cell(cell["c"])
    assert not is_code_of_a_cell(len)


@pytest.mark.keras
def test_models_and_tensors() -> None:
    import keras
    import tensorflow as tf

    class Own(keras.Model):
        pass

    names = {
        "model": keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]),
        "own": Own(),
        "class": Own,
        "layer": keras.layers.Dense(1),
        "dataset": tf.data.Dataset.range(3).batch(2).map(lambda one: one).prefetch(1),
        "tensor": tf.constant([1.0]),
        "variable": tf.Variable([1.0]),
        "ragged": tf.ragged.constant([[1], [2, 3]]),
    }
    assert [name for name, _ in namespace.models(names)] == ["model", "own"]
    found = {name for name, _ in namespace.data(names)}
    assert {"dataset", "tensor", "variable", "ragged"} <= found
    assert not found & {"model", "own", "class"}


class Keeps:
    of_class = 3
    other = "words"

    def __init__(self) -> None:
        self.own, self.other, self.array = 2.5, "own words", np.ones(2)

    @property
    def computed(self) -> int:
        asked.append("computed")
        return 1


def test_what_an_object_keeps_is_read_and_what_it_computes_is_not() -> None:
    asked.clear()
    one = Keeps()
    assert namespace.kept_by(one, "own") == 2.5
    assert namespace.kept_by(one, "other") == "own words"
    assert namespace.kept_by(one, "of_class") == 3
    assert namespace.kept_by(one, "computed", "unknown") == "unknown"
    assert namespace.kept_by(one, "array") is None
    assert namespace.kept_by(one, "missing", default=True) is True
    assert namespace.kept_by(Lazy(), "own") is None
    assert asked == []
