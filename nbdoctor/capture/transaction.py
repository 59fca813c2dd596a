"""Look at a model and leave no trace: whatever changes inside the block goes back."""

from __future__ import annotations

import contextlib
import io
import random
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.capture.containers import bare, contents, refill


def never() -> bool:
    """All is undone."""
    return False


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
def untouched(
    model: Any, *, restore_host_random: bool = True, unless: Callable[[], bool] = never
) -> Iterator[Any]:
    """As `transaction`, but the block draws what training itself would draw, and may print.

    What the model holds and what was drawn stays as it has become where `unless()` is true at the
    end; values of variables go back in any case.
    """
    here = backend.current()
    with contextlib.ExitStack() as stack:
        layers = model._flatten_layers(include_self=True)  # noqa: SLF001
        stack.enter_context(_attributes(layers, unless))
        if restore_host_random:
            stack.enter_context(host_random_state())
        stack.enter_context(_keras_random_state(unless))
        stack.enter_context(here.repeated_random_state(unless))
        yield stack.enter_context(here.journal())


@contextlib.contextmanager
def as_compiled(model: Any, unless: Callable[[], bool] = never) -> Iterator[None]:
    """Undo what Keras makes at the first `fit` and keeps outside of the layers.

    Optimizer slots, the metrics chosen for these labels, and the lists of what belongs to a layer:
    with them left behind, a model that was not built could not be built again.
    """
    with as_made([model], [], unless):
        yield


@contextlib.contextmanager
def as_made(
    models: Sequence[Any], others: Iterable[Any], unless: Callable[[], bool] = never
) -> Iterator[None]:
    """The same for several models, and for optimizers, metrics and losses beside them.

    All stays as it has become where `unless()` is true at the end.
    """
    from keras import losses, metrics, optimizers

    kinds = (losses.Loss, metrics.Metric, optimizers.Optimizer)
    owners = [one for one in others if isinstance(one, kinds)]
    for model in models:
        owners += [*model._flatten_layers(include_self=True), *_held(model, kinds)]  # noqa: SLF001
    with _attributes(owners, unless):
        yield


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
def host_random_state() -> Iterator[None]:
    """Give Python's and NumPy's random state back when the block ends."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


@dataclass(frozen=True, slots=True)
class HostRandom:
    """Python's and NumPy's random state, as something that can be compared."""

    python: tuple[Any, ...]
    numpy: tuple[Any, ...]


def host_random() -> HostRandom:
    """What it is now."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002
    return HostRandom(random.getstate(), (kind, np.asarray(keys).tobytes(), *rest))


@contextlib.contextmanager
def _keras_random_state(unless: Callable[[], bool]) -> Iterator[None]:
    """Keras makes its global seed generator at first use: inside the block it must not stay."""
    from keras.src.backend.common import global_state

    name = "global_seed_generator"
    generator = global_state.get_global_attribute(name)
    try:
        yield
    finally:
        if not unless():
            global_state.set_global_attribute(name, generator)


@contextlib.contextmanager
def _attributes(owners: Sequence[Any], unless: Callable[[], bool] = never) -> Iterator[None]:
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
        for part, before in () if unless() else saved:
            _put_back(part, before)


def _shallow(attributes: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (value, contents(value)) for name, value in attributes.items()}


def _put_back(attributes: dict[str, Any], before: dict[str, tuple[Any, Any]]) -> None:
    for name in [name for name in attributes if name not in before]:
        del attributes[name]
    for name, (value, held) in before.items():
        if attributes.get(name) is not value:
            attributes[name] = value
        if held is not None:
            refill(bare(value), held)
