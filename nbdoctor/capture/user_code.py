"""Code of the user's that a model runs: what it does to Python happens as often as without us."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from nbdoctor import backend
from nbdoctor.capture.python_state import python_state
from nbdoctor.capture.transaction import as_compiled, untouched

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
    model: Any, namespace: Mapping[str, Any], *, restore_host_random: bool
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
        As for `transaction`. Where it is False and the model is not built, the draws of its
        initial weights could not be repeated, so it stays built.
    """
    built = all(layer.built for layer in model._flatten_layers(include_self=True))  # noqa: SLF001
    used = backend.name() in backend.SUPPORTED
    if not (used and runs_user_code(model) and (restore_host_random or built)):
        yield
        return
    with contextlib.ExitStack() as stack:
        if restore_host_random:  # else a generator may be changing them in another thread
            stack.enter_context(python_state(namespace))
        stack.enter_context(as_compiled(model))
        stack.enter_context(untouched(model, restore_host_random=restore_host_random))
        yield
