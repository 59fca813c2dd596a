"""Code of the user's that a model runs: what it does to Python happens as often as without us."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nbdoctor import backend
from nbdoctor.capture.python_state import python_state
from nbdoctor.capture.reach import Reach, draws_from_numpy, reach
from nbdoctor.capture.transaction import HostRandom, as_compiled, host_random, untouched

LIBRARIES = ("keras.", "tensorflow.", "builtins")
"""Modules whose classes and functions keep nothing in the user's Python."""


def runs_user_code(model: Any) -> bool:
    """Whether a layer, a loss, a metric or the optimizer of `model` was written by the user."""
    import keras

    layers = model._flatten_layers(include_self=True)  # noqa: SLF001
    parts = [*layers, *(value for layer in layers for value in _functions(layer))]
    compiled = getattr(model, "_compile_metrics", None)
    judged = [getattr(model, "loss", None), getattr(compiled, "_user_metrics", None)]
    judged.append(getattr(compiled, "_user_weighted_metrics", None))
    parts += [one for one in keras.tree.flatten(judged) if one is not None]
    parts += [model.optimizer, getattr(model.optimizer, "_learning_rate", None)]
    return any(not _of_a_library(part) for part in parts if part is not None)


def drew_to_build(model: Any, before: HostRandom) -> bool:
    """Whether building `model`, just now, has drawn from what was `before`.

    Another thread may draw at the same time, most often from NumPy's state, which Keras never
    draws from. So that counts only for a model with code of the user's that could have done it.
    """
    now = host_random()
    return now.python != before.python or (now.numpy != before.numpy and _may_draw(model))


def _may_draw(model: Any) -> bool:
    """Whether code of the user's that builds `model` may draw from NumPy's random state."""
    layers = model._flatten_layers(include_self=True)  # noqa: SLF001
    parts = [one for layer in layers for one in (layer, *_given(layer))]
    functions = [one for one in parts if isinstance(one, types.FunctionType)]
    found = reach([*map(type, parts), *functions])
    return any(map(draws_from_numpy, parts)) or found.may_draw_from_numpy()


def _given(layer: Any) -> list[Any]:
    """What a layer was given and keeps; not Keras's wrapper of a method, which holds the layer."""
    return [value for name, value in vars(layer).items() if not hasattr(type(layer), name)]


def _functions(layer: Any) -> list[Any]:
    """What a layer of Keras was given to call ("activation", "function")."""
    return [
        value for value in vars(layer).values() if callable(value) and hasattr(value, "__code__")
    ]


def _of_a_library(part: Any) -> bool:
    if isinstance(part, (str, float, int)):
        return True
    module = getattr(part if hasattr(part, "__code__") else type(part), "__module__", "") or ""
    return f"{module}.".startswith(LIBRARIES)


@contextlib.contextmanager
def unseen(
    model: Any,
    namespace: Mapping[str, Any],
    *,
    restore_host_random: bool,
    drew_to_build: Callable[[], bool],
    data: Iterable[Any] = (),
) -> Iterator[None]:
    """Undo what looking at `model` does to the user's Python, and to what `fit` makes by itself.

    A model of Keras's parts alone keeps the variables that the look has made, and `fit` then
    traces its step once instead of twice. With code of the user's in it that would be seen: what
    it prints and counts while it is traced. Such a model is left as it was, not built and without
    optimizer slots, so that `fit` makes and traces everything as it would.

    Parameters
    ----------
    model : keras.Model
    namespace : mapping of str
        The user's variables.
    restore_host_random : bool
        As for `transaction`.
    drew_to_build : callable
        Whether building the model has drawn from Python's or NumPy's random state. Where that is
        not restored, its weights could not be drawn again: then it stays built.
    data : iterable
        What training draws from. If that may run code of the user's in another thread
        (`restore_host_random` is False), nothing is put back that such code can reach.
    """
    if not (backend.name() in backend.SUPPORTED and runs_user_code(model)):
        yield
        return
    built = all(layer.built for layer in model._flatten_layers(include_self=True))  # noqa: SLF001

    def stays() -> bool:
        return not (restore_host_random or built) and drew_to_build()

    apart_from = (
        Reach() if restore_host_random else reach([*data, *backend.current().called_back()])
    )
    with contextlib.ExitStack() as stack:
        if apart_from.whole:
            stack.enter_context(python_state(namespace, apart_from=apart_from))
        stack.enter_context(as_compiled(model, stays))
        stack.enter_context(untouched(model, restore_host_random=restore_host_random, unless=stays))
        yield
