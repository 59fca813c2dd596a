"""What an optimizer is handed is read, and handed on as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nbdoctor.look.step_notes import handed_over, noting_updates

pytestmark = pytest.mark.keras


class Counted(list[Any]):
    """Notes who goes through it."""

    asked = 0

    def __iter__(self) -> Iterator[Any]:
        self.asked += 1
        return super().__iter__()


def test_lists_are_read_as_python_keeps_them_and_nothing_else_is() -> None:
    import keras

    optimizer = keras.optimizers.SGD()
    own = Counted([1, 2])
    assert handed_over(optimizer, (own, (3, 4)), {}) == ([1, 2], [3, 4])
    assert own.asked == 0
    assert handed_over(optimizer, (), {"grads": [1], "trainable_variables": [2]}) == ([1], [2])
    assert handed_over(optimizer, ([1],), {}) == ([1], [])
    once = (number for number in (5, 6))
    assert handed_over(optimizer, ([1, 2], once), {}) is None
    assert list(once) == [5, 6]
    assert handed_over(optimizer, (), {}) is None


def test_the_optimizer_gets_what_it_was_given() -> None:
    import keras

    given: list[Any] = []
    noted: list[Any] = []

    class Own(keras.optimizers.SGD):
        def apply(self, grads: Any, trainable_variables: Any = None) -> None:
            given.append((grads, trainable_variables))

    gradients, weights, once = (1.0,), Counted([2.0]), iter([3.0])
    with noting_updates(lambda *handed: noted.append(handed[1:])):
        Own().apply(gradients, weights)
        Own().apply(gradients, once)
    assert given[0][0] is gradients
    assert given[0][1] is weights
    assert given[1][1] is once
    assert noted == [([1.0], [2.0])]
