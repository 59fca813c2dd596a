"""Undo what the look does to the Python objects of the user's, whatever they hang on."""

from __future__ import annotations

import contextlib
import random
import types
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nbdoctor.capture.containers import bare, contents, refill
from nbdoctor.capture.reach import Reach, is_own

MOST_VISITED = 100_000
"""Objects that are looked at: some 50 ms. What lies beyond them is not put back."""

LONGEST = 10_000
"""Containers with more entries are put back themselves, and not looked into: they are data."""

LARGEST_ARRAY = 1 << 20
"""Bytes of an array that is copied: counts and tables fit, data sets do not."""


@contextlib.contextmanager
def python_state(*roots: Any, apart_from: Reach | None = None) -> Iterator[None]:
    """Undo what the block does to the Python objects that can be reached from `roots`.

    Variables, and what lists, dicts, sets, small arrays, random generators, functions, classes and
    objects of the user's own hold, at any depth. Not put back: files, iterators, large arrays, and
    what objects of libraries keep (for layers and optimizers, see transaction.py).

    Parameters
    ----------
    *roots
        Dicts of variables, functions, arguments: anything.
    apart_from : Reach, optional
        What others may be changing meanwhile: it is left as it becomes.
    """
    kept = _Kept(apart_from or Reach())
    kept.reach(roots)
    try:
        yield
    finally:
        kept.put_back()


class _Kept:
    """What was there before, by the ways to put it back."""

    def __init__(self, apart_from: Reach) -> None:
        self.apart_from = apart_from
        self.seen: dict[int, Any] = dict(apart_from.objects)
        self.most = len(self.seen) + MOST_VISITED
        self.ways: list[Callable[[], None]] = []

    def reach(self, roots: Any) -> None:
        """Keep all that can be reached."""
        waiting = deque(roots)
        while waiting and len(self.seen) < self.most:
            one = waiting.popleft()
            if id(one) not in self.seen and not isinstance(one, (str, bytes, int, float)):
                self.seen[id(one)] = one  # held, so that its id stays its own
                waiting.extend(self._keep(one))

    def put_back(self) -> None:
        """Undo everything, the last kept first."""
        for way in reversed(self.ways):
            way()

    def _keep(self, one: Any) -> list[Any]:
        """Keep `one`, and tell what it holds."""
        if isinstance(one, (list, dict, set)):
            return self._keep_container(one)
        if isinstance(one, types.MethodType):
            one = (one.__self__, one.__func__)
        if isinstance(one, (tuple, frozenset)):
            return list(one) if len(one) <= LONGEST else []
        if not is_own(one):
            self._keep_value(one)
            return []
        if isinstance(one, type):
            return self._keep_class(one)
        if isinstance(one, types.FunctionType):
            return self._keep_function(one)
        return [getattr(one, "__dict__", None), type(one)]

    def _keep_container(self, one: Any) -> list[Any]:
        inner, before = bare(one), contents(one)
        named = self.apart_from.named_in(one)
        if named:
            self.ways.append(lambda: refill(inner, _with_values_of(inner, named, before)))
        else:
            self.ways.append(lambda: refill(inner, before))
        values = before.values() if isinstance(before, dict) else before
        return list(values) if len(before) <= LONGEST else []

    def _keep_value(self, one: Any) -> None:
        """Values that change in place."""
        if isinstance(one, np.ndarray) and one.nbytes <= LARGEST_ARRAY:
            array = one.copy()
            self.ways.append(lambda: _rewrite(one, array))
        elif isinstance(one, (bytearray, deque)):
            before = one.copy()
            self.ways.append(lambda: _rebuild(one, before))
        elif isinstance(one, random.Random):
            state = one.getstate()
            self.ways.append(lambda: one.setstate(state))
        elif isinstance(one, np.random.Generator):
            drawn = one.bit_generator.state
            self.ways.append(lambda: setattr(one.bit_generator, "state", drawn))
        elif isinstance(one, np.random.RandomState):
            legacy = one.get_state()
            self.ways.append(lambda: one.set_state(legacy))

    def _keep_function(self, one: types.FunctionType) -> list[Any]:
        cells = closure_cells(one)
        held = [cell.cell_contents for cell in cells]

        def put_back() -> None:
            for cell, before in zip(cells, held, strict=True):
                cell.cell_contents = before

        self.ways.append(put_back)
        defaults = (one.__defaults__ or (), one.__kwdefaults__ or {})
        return [*held, *defaults, vars(one), one.__globals__]

    def _keep_class(self, one: type) -> list[Any]:
        before = {name: value for name, value in vars(one).items() if not name.startswith("__")}

        def put_back() -> None:
            for name in [name for name in vars(one) if name not in before]:
                if not name.startswith("__"):
                    delattr(one, name)
            for name, value in before.items():
                if vars(one).get(name) is not value:
                    setattr(one, name, value)

        self.ways.append(put_back)
        return list(before.values())


def closure_cells(function: Callable[..., Any]) -> list[types.CellType]:
    """The variables around `function` that it uses and that have a value."""
    return [cell for cell in getattr(function, "__closure__", None) or () if _filled(cell)]


def _filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018  (an empty cell raises)
    except ValueError:
        return False
    return True


def _with_values_of(
    namespace: dict[str, Any], names: set[str], before: dict[str, Any]
) -> dict[str, Any]:
    """`before`, with the variables of these names as they are now."""
    kept = {name: value for name, value in before.items() if name not in names}
    order = dict.fromkeys([*namespace, *kept])
    return {
        name: kept[name] if name in kept else namespace[name]
        for name in order
        if name in kept or (name in names and name in namespace)
    }


def _rewrite(array: Any, before: Any) -> None:
    if array.shape == before.shape and array.tobytes() != before.tobytes():
        array[...] = before


def _rebuild(one: Any, before: Any) -> None:
    if len(one) != len(before) or any(a is not b for a, b in zip(one, before, strict=True)):
        one.clear()
        one.extend(before)
