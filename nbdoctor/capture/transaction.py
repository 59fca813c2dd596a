"""Look at a model and leave no trace: whatever changes inside the block goes back."""

from __future__ import annotations

import contextlib
import io
import random
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import CellType
from typing import Any

import numpy as np

from nbdoctor import backend


@contextlib.contextmanager
def transaction(model: Any, *, restore_host_random: bool = True) -> Iterator[Any]:
    """Undo everything that the block does to `model` and to the random state.

    Variables (whoever owns them), Python attributes of the layers, the random state of Keras,
    the backend, Python and NumPy. Prints and warnings of the user's own code inside the block
    are swallowed: the real step will say them.

    Parameters
    ----------
    model : keras.Model
    restore_host_random : bool
        Python's and NumPy's random state. Not while a generator of the user may be drawing from
        it in another thread: then it must be left alone, and the block itself draws nothing.

    Yields
    ------
    Journal
        Of the backend: values of variables before they were written.
    """
    here = backend.current()
    with (
        muted(),
        untouched(model, restore_host_random=restore_host_random) as journal,
        here.own_random_state(),
        here.eagerly(),
    ):
        yield journal


@contextlib.contextmanager
def muted() -> Iterator[None]:
    """Swallow prints and warnings of the user's own code."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def untouched(model: Any, *, restore_host_random: bool = True) -> Iterator[Any]:
    """As `transaction`, but the block draws what training itself would draw, and may print."""
    here = backend.current()
    with contextlib.ExitStack() as stack:
        stack.enter_context(_attributes(model._flatten_layers(include_self=True)))  # noqa: SLF001
        if restore_host_random:
            stack.enter_context(_host_random_state())
        stack.enter_context(_keras_random_state())
        stack.enter_context(here.repeated_random_state())
        yield stack.enter_context(here.journal())


@contextlib.contextmanager
def as_compiled(model: Any) -> Iterator[None]:
    """Undo what Keras makes at the first `fit` and keeps outside of the layers.

    Optimizer slots, the metrics chosen for these labels, and the lists of what belongs to a layer:
    with them left behind, a model that was not built could not be built again.
    """
    with as_made([model], []):
        yield


@contextlib.contextmanager
def as_made(models: Sequence[Any], others: Iterable[Any]) -> Iterator[None]:
    """The same for several models, and for optimizers, metrics and losses beside them."""
    from keras import losses, metrics, optimizers

    kinds = (losses.Loss, metrics.Metric, optimizers.Optimizer)
    owners = [one for one in others if isinstance(one, kinds)]
    for model in models:
        owners += [*model._flatten_layers(include_self=True), *_held(model, kinds)]  # noqa: SLF001
    with _attributes(owners):
        yield


@contextlib.contextmanager
def python_state(function: Callable[..., Any], namespace: Mapping[str, Any]) -> Iterator[None]:
    """Undo what running `function` of the user's does to the Python objects that it can reach.

    Its global and closure variables, the user's, and the lists, dicts and sets that these and
    other objects of the user's own classes hold.
    """
    cells = closure_cells(function)
    contents = {str(number): cell.cell_contents for number, cell in enumerate(cells)}
    try:
        with python_variables([getattr(function, "__globals__", {}), namespace, contents]):
            yield
    finally:
        for cell, before in zip(cells, contents.values(), strict=True):
            cell.cell_contents = before


@contextlib.contextmanager
def python_variables(scopes: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Undo what happens to these variables, and to the lists, dicts and sets that they hold.

    Objects of the user's own classes count as scopes, too.
    """
    parts = [scope for scope in scopes if isinstance(scope, dict)]
    held = [value for scope in parts for value in scope.values()]
    parts += [vars(one) for one in held if type(one).__module__ == "__main__" and _has_vars(one)]
    saved = [(part, _shallow(part)) for part in parts]
    try:
        yield
    finally:
        for part, before in saved:
            _put_back(part, before)


def closure_cells(function: Callable[..., Any]) -> list[CellType]:
    """The variables around `function` that it uses and that have a value."""
    return [cell for cell in getattr(function, "__closure__", None) or () if _filled(cell)]


def _filled(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018  (an empty cell raises)
    except ValueError:
        return False
    return True


def _has_vars(one: Any) -> bool:
    return isinstance(getattr(one, "__dict__", None), dict)


def _held(owner: Any, kinds: tuple[type[Any], ...]) -> list[Any]:
    """Objects of these kinds among the attributes of `owner`, and among theirs."""
    held = [value for value in vars(owner).values() if isinstance(value, kinds)]
    return held + [
        inner for one in held for inner in vars(one).values() if isinstance(inner, kinds)
    ]


def variables(model: Any) -> list[Any]:
    """Every Keras variable of `model`: weights, seeds, metrics, and all its optimizers'."""
    from keras import optimizers

    found = [*model.variables, *model.metrics_variables]
    owned = [model.optimizer, *vars(model).values()]
    for optimizer in owned:
        if isinstance(optimizer, optimizers.Optimizer):
            found += optimizer.variables
            found += getattr(getattr(optimizer, "inner_optimizer", None), "variables", [])
    return list({id(variable): variable for variable in found}.values())


def digest(model: Any) -> str:
    """Checksum of the model's variables that exist now, and of all random state.

    Two digests agree only if weights, statistics, seeds and every generator are the same bit
    for bit. Optimizer slots are left out: the look itself makes them, as the first step would.
    """
    here = backend.current()
    checksum: int = here.digest(model.variables)
    numpy = np.random.get_state(legacy=False)  # noqa: NPY002  (the state that users' code draws on)
    text = repr((checksum, random.getstate(), here.random_state(), sorted(numpy.items(), key=str)))
    keys = numpy["state"]["key"] if "key" in numpy["state"] else np.zeros(0)
    return f"{zlib.crc32(text.encode(), zlib.crc32(keys.tobytes())):08x}"


@contextlib.contextmanager
def _host_random_state() -> Iterator[None]:
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


@contextlib.contextmanager
def _keras_random_state() -> Iterator[None]:
    """Keras makes its global seed generator at first use: inside the block it must not stay."""
    from keras.src.backend.common import global_state

    name = "global_seed_generator"
    generator = global_state.get_global_attribute(name)
    try:
        yield
    finally:
        global_state.set_global_attribute(name, generator)


@contextlib.contextmanager
def _attributes(owners: Sequence[Any]) -> Iterator[None]:
    """Undo what happens to what these objects keep in Python, and to what Keras tracks of them.

    Both or neither: a layer that is not built and whose tracker is locked can never be built.
    """
    trackers = [owner._tracker for owner in owners if hasattr(owner, "_tracker")]  # noqa: SLF001
    parts = [vars(owner) for owner in (*owners, *trackers)]
    parts += [tracker.stored_ids for tracker in trackers]
    parts += [vars(held) for part in parts for held in part.values() if hasattr(held, "_storage")]
    saved = [(part, _shallow(part)) for part in parts]
    try:
        yield
    finally:
        for part, before in saved:
            _put_back(part, before)


def _shallow(attributes: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (value, _contents(value)) for name, value in attributes.items()}


def _contents(value: Any) -> Any:
    bare = _bare(value)
    if isinstance(bare, list):
        return list(bare)
    if isinstance(bare, dict):
        return dict(bare)
    return set(bare) if isinstance(bare, set) else None


def _bare(value: Any) -> Any:
    """The container itself: TensorFlow wraps those that optimizers hold."""
    if not isinstance(value, (list, dict)):
        return value
    return getattr(value, "_storage", getattr(value, "__wrapped__", value))


def _put_back(attributes: dict[str, Any], before: dict[str, tuple[Any, Any]]) -> None:
    for name in [name for name in attributes if name not in before]:
        del attributes[name]
    for name, (value, contents) in before.items():
        if attributes.get(name) is not value:
            attributes[name] = value
        if contents is not None:
            _refill(_bare(value), contents)


def _refill(container: Any, contents: Any) -> None:
    """Through the base classes: Keras's tracked containers would track (or refuse) the change."""
    if isinstance(container, list):
        if len(container) != len(contents) or any(
            a is not b for a, b in zip(container, contents, strict=True)
        ):
            list.clear(container)
            list.extend(container, contents)
    elif isinstance(container, dict):
        if container.keys() != contents.keys() or any(
            container[key] is not contents[key] for key in contents
        ):
            dict.clear(container)
            dict.update(container, contents)
    elif container != contents:
        set.clear(container)
        set.update(container, contents)
