"""What the user's data can touch from Python: it may be at work in another thread at any time."""

from __future__ import annotations

import dis
import gc
import sys
import sysconfig
import types
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbdoctor.capture.frames import PACKAGE

MOST_FOLLOWED = 100_000
"""Objects on the way: some 50 ms. What holds more than that cannot be told apart."""

LEAVES = (str, bytes, int, float, complex, type(None), types.CodeType, types.ModuleType)
"""They hold nothing, or (modules) are nobody's own."""


LIBRARIES = tuple(sysconfig.get_paths()[kind] for kind in ("stdlib", "purelib", "platlib"))


@dataclass(slots=True)
class Reach:
    """Objects, and variables, that code of the user's can change.

    Attributes
    ----------
    objects : dict of int to Any
        By `id`, held so that it stays theirs.
    names : dict of int to set of str
        Variables that functions name, by the `id` of the namespace that they are in.
    whole : bool
        All was followed. Otherwise anything may be in reach.
    """

    objects: dict[int, Any] = field(default_factory=dict)
    names: dict[int, set[str]] = field(default_factory=dict)
    whole: bool = True

    def holds(self, one: Any) -> bool:
        """Whether `one` itself is in reach."""
        return id(one) in self.objects

    def may_draw_from_numpy(self) -> bool:
        """Whether a function of the user's names a `random`, or has one of NumPy's own."""
        return not self.whole or any(
            draws_from_numpy(one)
            or (isinstance(one, types.FunctionType) and is_own(one) and _names_random(one.__code__))
            for one in self.objects.values()
        )

    def named_in(self, namespace: Any) -> set[str]:
        """The variables of `namespace` that are."""
        return self.names.get(id(namespace), set())


def reach(roots: Iterable[Any]) -> Reach:
    """All that can be changed by iterators, data sets and functions, and by what they hold.

    A function reaches what its code names and what surrounds it; of a namespace that is not all
    variables, but those.
    """
    found, waiting = Reach(), deque(roots)
    while waiting:
        one = waiting.popleft()
        if isinstance(one, LEAVES) or found.holds(one):
            continue
        if len(found.objects) >= MOST_FOLLOWED:
            found.whole = False
            break
        found.objects[id(one)] = one
        waiting.extend(_held(one, found))
    return found


def _held(one: Any, found: Reach) -> Iterable[Any]:
    """What `one` holds."""
    if isinstance(one, types.FunctionType):
        held = [one.__closure__, one.__defaults__, one.__kwdefaults__, vars(one)]
        return [*held, *_named(one.__code__, one.__globals__, found)]
    if isinstance(one, types.GeneratorType):
        frame = one.gi_frame  # None where it has ended
        running = _named(one.gi_code, frame.f_globals, found) if frame is not None else []
        return [*running, *(frame.f_locals.values() if frame is not None else []), one.gi_yieldfrom]
    if isinstance(one, type):
        return [*vars(one).values(), *one.__bases__] if is_own(one) else []
    return [part for part in gc.get_referents(one) if not _is_namespace(part)]


def _named(code: types.CodeType, namespace: dict[str, Any], found: Reach) -> list[Any]:
    """Values of the variables that `code` names, where it is the user's."""
    if not _is_own_module(namespace.get("__name__")):
        return []
    names = set(_globals(code))
    found.names.setdefault(id(namespace), set()).update(names)
    return [namespace[name] for name in names & namespace.keys()]


def draws_from_numpy(one: Any) -> bool:
    """Whether it is a method of NumPy's global random state, as `np.random.normal` is."""
    state = np.random.mtrand._rand  # noqa: SLF001
    return getattr(one, "__self__", None) is state


def _names_random(code: types.CodeType) -> bool:
    """Whether a function, or one inside of it, has a variable or an attribute of that name."""
    inner = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return "random" in code.co_names or any(map(_names_random, inner))


def _globals(code: types.CodeType) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname.endswith(("_GLOBAL", "_NAME")):
            yield str(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _globals(constant)


def is_own(one: Any) -> bool:
    """Whether the notebook, or a file of the user's, defines `one` or its class."""
    if isinstance(one, types.ModuleType):
        return _is_own_module(one.__name__)
    defined = isinstance(one, (types.FunctionType, type))
    return _is_own_module((one if defined else type(one)).__module__)


def _is_own_module(name: str | None) -> bool:
    if name == "__main__":
        return True
    file = getattr(sys.modules.get(name or ""), "__file__", None)
    return isinstance(file, str) and not file.startswith((*LIBRARIES, PACKAGE))


def _is_namespace(one: Any) -> bool:
    """Whether it holds the variables of a module, which are reached by their names."""
    return isinstance(one, dict) and "__name__" in one and "__builtins__" in one
