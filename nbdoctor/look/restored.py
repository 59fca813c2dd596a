"""Undo what Keras itself keeps in Python of a model that was only looked at."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from nbdoctor.backend.keras_internals.state import (
    global_seed,
    is_wrapped_list,
    name_counters,
    set_global_seed,
    tracked,
    trackers_of,
    unwrapped,
)
from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.look.containers import contents, refill


@contextlib.contextmanager
def restored_afterwards(models: Sequence[Any], others: Iterable[Any] = ()) -> Iterator[None]:
    """Give models made of Keras's own parts back as they were: built or not, with their lists.

    Parameters
    ----------
    models : sequence of keras.Model
        With their optimizers, metrics and losses. Code of the user's must not have run.
    others : iterable
        Further optimizers, metrics and losses.
    """
    put_back = _kept(models, others)
    try:
        yield
    finally:
        put_back()


@contextlib.contextmanager
def restored_on_error(models: Sequence[Any]) -> Iterator[None]:
    """The same where the block raises; else all stays as it has become.

    What was drawn from Python's random state, for the seeds of what was built, is drawn again
    then by whoever builds it next.
    """
    drawn, put_back = random.getstate(), _kept(models)
    try:
        yield
    except BaseException:
        put_back()
        if random.getstate() != drawn:
            random.setstate(drawn)
        raise


@contextlib.contextmanager
def names_counted_twice() -> Iterator[None]:
    """Count the names that Keras gives in the block twice, for what would have been made twice."""
    before = dict(name_counters() or {})
    yield
    counters = name_counters() or {}
    for name, number in list(counters.items()):
        counters[name] = 2 * number - before.get(name, 0)


def _kept(models: Sequence[Any], others: Iterable[Any] = ()) -> Callable[[], None]:
    """What gives these models, and what Keras keeps of them, back as they are now."""
    from keras import losses, metrics, optimizers

    kinds = (losses.Loss, metrics.Metric, optimizers.Optimizer)
    owners = [one for one in others if isinstance(one, kinds)]
    for model in models:
        owners += [*all_layers(model), *_held(model, kinds)]
    saved = _attributes(owners)
    generator = global_seed()  # Keras makes it at first use
    named = dict(name_counters() or {})

    def put_back() -> None:
        for part, before in saved:
            _put_back(part, before)
        set_global_seed(generator)
        _name_as_before(named)

    return put_back


def _name_as_before(named: dict[str, int]) -> None:
    """Give the next layers the names that they would have had: `dense_2`, not `dense_3`."""
    counters = name_counters()
    if counters is not None:
        counters.clear()
        counters.update(named)


def _held(owner: Any, kinds: tuple[type[Any], ...]) -> list[Any]:
    """Objects of these kinds among the attributes of `owner`, and among theirs."""
    held = [value for value in vars(owner).values() if isinstance(value, kinds)]
    return held + [
        inner for one in held for inner in vars(one).values() if isinstance(inner, kinds)
    ]


def _attributes(owners: Sequence[Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What these objects keep in Python, and what Keras tracks of them.

    Both or neither: a layer that is not built and whose tracker is locked can never be built.
    """
    trackers = trackers_of(owners)
    parts = [vars(owner) for owner in (*owners, *trackers)]
    parts += [tracked(tracker) for tracker in trackers]
    parts += [vars(held) for part in parts for held in part.values() if is_wrapped_list(held)]
    return [(part, _shallow(part)) for part in parts]


def _shallow(attributes: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (value, contents(value)) for name, value in attributes.items()}


def _put_back(attributes: dict[str, Any], before: dict[str, tuple[Any, Any]]) -> None:
    for name in [name for name in attributes if name not in before]:
        del attributes[name]
    for name, (value, held) in before.items():
        if attributes.get(name) is not value:
            attributes[name] = value
        if held is not None:
            refill(unwrapped(value), held)
