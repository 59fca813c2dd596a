"""Objects of the user's own class are not asked a second time."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np
import pytest

from nbdoctor.capture.strangers import (
    MOST_PARTS,
    Stranger,
    callbacks_of,
    is_known,
    kind_of,
    known,
    known_arguments,
    known_or_none,
)

asked: list[str] = []


class Lazy:
    """Notes whatever is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        asked.append(name)
        return object.__getattribute__(self, name)

    def __bool__(self) -> bool:
        asked.append("bool")
        return True


class Own(np.ndarray[Any, Any]):
    def __array_finalize__(self, other: object) -> None:
        asked.append("finalize")


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    asked.clear()


def test_data_of_libraries_and_plain_values_stay_what_they_are() -> None:
    array, rows = np.ones(3), [[1.0]] * (MOST_PARTS + 1)
    generator = (number for number in range(3))
    for value in (array, None, 3, "auto", rows, generator):
        assert known(value) is value
    assert known([array, (array, 2)]) == [array, (array, 2)]
    assert known({"a": array})["a"] is array
    weights = {np.int64(0): np.float64(1.5), 1: 2.0}
    for mapping in (weights, collections.OrderedDict(weights), collections.Counter(weights)):
        assert known(mapping) == weights
        assert is_known(mapping)
    assert not is_known(known({Lazy(): 1}))


def test_the_user_s_own_objects_are_strangers_wherever_they_lie() -> None:
    own = np.ones(3).view(Own)
    asked.clear()
    for value in (Lazy(), own, (Lazy(), np.ones(3)), {"a": [Lazy()]}):
        found = known(value)
        assert not is_known(found)
        assert known_or_none(value) is None
    assert kind_of(known(Lazy())) is Lazy
    assert kind_of(3) is int
    assert not hasattr(known(own), "shape")
    assert asked == []


@pytest.mark.keras
def test_a_setting_that_cannot_be_asked_counts_as_not_given() -> None:
    found = known_arguments({"x": Lazy(), "verbose": Lazy(), "epochs": 3, "callbacks": None})
    assert type(found.pop("x")) is Stranger
    assert found == {"epochs": 3, "callbacks": []}
    assert asked == []


@pytest.mark.keras
def test_callbacks_are_listed_without_asking_what_holds_them() -> None:
    import keras

    class Several(list[Any]):
        def __iter__(self) -> Any:
            asked.append("iter")
            return super().__iter__()

        def __len__(self) -> int:
            asked.append("len")
            return super().__len__()

    one = keras.callbacks.TerminateOnNaN()
    for given in ([one], (one,), Several([one]), one, keras.callbacks.CallbackList([one])):
        assert one in callbacks_of(given)
    assert asked == []
    once = (callback for callback in [one])
    assert callbacks_of(once) == []
    assert next(once) is one
